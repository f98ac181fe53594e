package org.estafette.actor.manage;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.estafette.actor.manage.dashboard.Browser;
import org.estafette.actor.manage.dashboard.ScriptedRun;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page as a node's management serves it. */
class DashboardServedTest {
  @TempDir static Path profile;

  private static FakeNode files;

  @BeforeAll
  static void serve() {
    files = start(0, new ScriptedRun("a", 2, true), new FakeRun());
  }

  @AfterAll
  static void close() {
    files.close();
  }

  private static FakeNode start(int port, ScriptedRun run, FakeRun control) {
    return FakeNode.of(FakeNode.settings(true, OptionalInt.of(port), ""), run, control);
  }

  @ParameterizedTest
  @CsvSource({
    "'', text/html, <!doctype html>",
    "main.js, javascript, import",
    "base.css, text/css, :root",
    "icon.svg, image/svg+xml, <svg",
    "lib/uplot.js, javascript, leeoniya/uPlot",
    "lib/uplot.css, text/css, .uplot",
    "lib/uplot.txt, text/plain, MIT",
  })
  void shouldServeEachFileWithItsType(String name, String type, String content) throws Exception {
    HttpResponse<String> answer = files.get("/estafette/" + name);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElse("")).contains(type);
    assertThat(answer.body()).contains(content);
  }

  @Test
  void shouldLiveThroughARestartOfARealNodeAndObey() throws Exception {
    ScriptedRun run = new ScriptedRun("e5", 4, true).go(100).withWrites();
    FakeRun control = new FakeRun();
    try (Browser browser = Browser.start(profile)) {
      int port;
      try (FakeNode node = start(0, run, control)) {
        port = node.uri("/").getPort();
        browser.open(node.uri("/estafette/").toString(), 1280, 900, false);
        browser.await("document.querySelector('#chart-loss canvas') !== null");
        browser.await("document.querySelectorAll('#graph g.node').length === 5");
        run.go(20);
        browser.await(shows(run));
        browser.await("document.querySelector('[data-command=pause]') !== null");
        browser.click("[data-command=pause]");
        browser.await("document.getElementById('said').textContent === 'done as told'");
        assertThat(control.asked).hasSize(1);
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.requests())
            .isNotEmpty()
            .allSatisfy(url -> assertThat(url).startsWith(node.uri("/estafette/").toString()));
      }
      browser.await("document.getElementById('link-text').textContent === 'reconnecting'");
      assertThat(browser.number("document.querySelectorAll('#workers tbody tr').length"))
          .isEqualTo(4);
      try (FakeNode node = start(port, run.go(20), control)) {
        browser.await("document.getElementById('link').dataset.state === 'live'");
        run.go(20);
        browser.await(shows(run));
        assertThat(node.get("/estafette/health").statusCode()).isEqualTo(200);
      }
    }
  }

  private static String shows(ScriptedRun run) {
    return "document.getElementById('tiles').textContent.includes('Version"
        + run.status().version()
        + "')";
  }
}
