package org.estafette.actor.manage.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.live.RunState;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.Report;
import org.estafette.actor.record.RunRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a real browser, against a server that plays a made-up run. */
class DashboardTest {
  @TempDir static Path profile;
  private static Browser browser;
  private final ScriptedRun run = new ScriptedRun("a1", 4, true).go(150);
  private ScriptedServer server;

  @BeforeAll
  static void start() {
    browser = Browser.start(profile);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void serve() throws IOException {
    server = new ScriptedServer(0, run);
    browser.complaints();
    browser.requests();
  }

  @AfterEach
  void close() {
    browser.leave();
    server.close();
  }

  private void open() {
    open(1280, false);
  }

  private void open(int width, boolean dark) {
    browser.open(server.url(), width, 900, dark);
    browser.await("document.getElementById('link').dataset.state === 'live'");
    browser.await("document.querySelectorAll('#workers tbody tr').length > 0");
    browser.await("document.querySelectorAll('#config tbody tr').length > 0");
  }

  @Test
  void shouldShowARunWithAServer() throws IOException {
    run.warn("a warning with <img src=x onerror=alert(1)>");
    open();
    assertThat(browser.text("h1")).contains("shakespeare", "training");
    assertThat(browser.text("#reason")).contains("async delayed-nesterov dylu", "workers train");
    assertThat(browser.text("#tiles")).contains("Validation loss", "Throughput", "1 restart");
    assertThat(browser.text("#warnings")).contains("<img src=x");
    assertThat(browser.number("document.images.length")).isZero();
    for (String chart : List.of("loss", "rate", "staleness", "timeline")) {
      browser.await("document.querySelector('#chart-" + chart + " canvas') !== null");
      assertThat(label(chart)).as(chart).doesNotContain("Waiting");
    }
    assertThat(label("timeline")).contains("worker-0: ", "worker-3: ");
    assertThat(browser.evaluate("document.getElementById('card-consensus').hidden"))
        .isEqualTo(true);
    assertThat(browser.number("document.querySelectorAll('#graph g.node.up').length")).isEqualTo(5);
    assertThat(browser.number("document.querySelectorAll('#graph .edge').length")).isEqualTo(4);
    assertThat(browser.number("document.querySelectorAll('#workers tbody tr').length"))
        .isEqualTo(4);
    assertThat(browser.text("#workers")).contains("worker-1", "#2", "127.0.0.1:");
    assertThat(browser.text("#workers"))
        .containsPattern("worker-3\\s+up\\s+outlier")
        .doesNotContainPattern("worker-0\\s+up\\s+outlier");
    assertThat(browser.text("#refused")).contains("accepted", "merged with others", "refused: ");
    assertThat(browser.text("#restarts")).contains("worker-1 #1", "no heartbeat for 2 s", "12");
    assertThat(browser.text("#events")).contains("worker-1 lost", "checkpoint");
    assertThat(browser.text("#checks")).contains("joined", "AVX2");
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.requests())
        .hasSizeGreaterThan(15)
        .allSatisfy(url -> assertThat(url).startsWith(server.url()));
  }

  @Test
  void shouldShowTheConsensusDistanceWhereThereIsNoServer() throws IOException {
    server.close();
    server = new ScriptedServer(0, new ScriptedRun("b2", 8, false).go(150));
    open();
    browser.await("document.querySelector('#chart-consensus canvas') !== null");
    assertThat(label("consensus")).startsWith("Ξ now 0.");
    assertThat(browser.evaluate("document.getElementById('card-staleness').hidden"))
        .isEqualTo(true);
    assertThat(browser.text("#graph-text")).isEqualTo("A ring of 8 workers, epoch 2.");
    assertThat(browser.number("document.querySelectorAll('#graph .edge').length")).isEqualTo(8);
    assertThat(browser.text("#tiles")).contains("Consensus", "1 repair");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void shouldGoOnAsTheRunDoes() {
    open();
    String loss = label("loss");
    String timeline = label("timeline");
    assertThat(version()).isEqualTo(run.status().version());
    run.go(40);
    browser.await(
        "document.getElementById('tiles').textContent.includes('Version"
            + run.status().version()
            + "')");
    assertThat(label("loss")).isNotEqualTo(loss);
    assertThat(label("timeline")).isNotEqualTo(timeline);
    run.turn(RunState.PAUSED, "paused by ada", Metric.RunKind.PAUSED);
    browser.await("document.getElementById('state').textContent === 'paused'");
    assertThat(browser.text("#reason")).contains("paused by ada");
    assertThat(browser.text("#events")).contains("paused by ada");
  }

  @Test
  void shouldShowCurvesOfARunThatHasOnlyBegun() throws IOException {
    server.close();
    ScriptedRun young = new ScriptedRun("c3", 2, true);
    server = new ScriptedServer(0, young);
    open();
    assertThat(label("loss")).startsWith("Waiting");
    young.go(12);
    browser.await("document.querySelector('#chart-loss canvas') !== null");
    browser.await("document.querySelector('#chart-staleness canvas') !== null");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void shouldSurviveARestartOfTheServer() throws IOException {
    open();
    String loss = label("loss");
    long seen = run.history(2).next() - 1;
    assertThat(server.resumedAfter()).containsExactly(String.valueOf(seen));
    int port = server.port();
    server.close();
    browser.await("document.getElementById('link-text').textContent === 'reconnecting'");
    assertThat(label("loss")).isEqualTo(loss);
    assertThat(browser.number("document.querySelectorAll('#workers tbody tr').length"))
        .isEqualTo(4);
    run.go(40);
    server = new ScriptedServer(port, run);
    browser.await("document.getElementById('link').dataset.state === 'live'");
    Awaitility.await()
        .untilAsserted(() ->
            assertThat(server.resumedAfter())
                .containsExactly(String.valueOf(run.history(2).next() - 1)));
    run.go(8);
    browser.await(
        "document.getElementById('tiles').textContent.includes('Version"
            + run.status().version()
            + "')");
  }

  @Test
  void shouldBeginAnewWhereAnotherRunIsThere() throws IOException {
    open();
    int port = server.port();
    server.close();
    ScriptedRun other = new ScriptedRun("d4", 3, true).go(30);
    server = new ScriptedServer(port, other);
    browser.await("document.querySelectorAll('#workers tbody tr').length === 3");
    browser.await(
        "document.getElementById('tiles').textContent.includes('Version"
            + other.status().version()
            + "')");
    assertThat(label("timeline")).doesNotContain("worker-3");
    assertThat(browser.text("#restarts")).contains("None");
  }

  @ParameterizedTest
  @ValueSource(ints = {320, 390, 768})
  void shouldNotScrollSidewaysOnAPhone(int width) {
    run.warn(
        "refused_for_a_reason_that_has_a_very_long_name_without_any_space_in_it_at_all_indeed");
    run.withWrites();
    open(width, false);
    browser.await("document.querySelectorAll('#controls button').length === 3");
    assertThat(browser.number("document.documentElement.scrollWidth")).isLessThanOrEqualTo(width);
    assertThat(browser.number("document.querySelector('#chart-loss canvas').clientWidth"))
        .isLessThan(width);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldBeReadableInLightAndInTheDark(boolean dark) {
    run.warn("something to look at");
    run.withWrites();
    open(1280, dark);
    browser.await("document.querySelectorAll('#controls button').length === 3");
    assertThat(browser.evaluate("document.documentElement.dataset.theme"))
        .isEqualTo(dark ? "dark" : "light");
    // WCAG 2 AA: 4.5 to 1 for text of this size.
    assertThat((List<?>) browser.evaluate(Contrast.SCRIPT)).isEmpty();
  }

  @Test
  void shouldKeepTheColoursThatWereChosen() {
    open(1280, false);
    browser.click("input[name=theme][value=dark]");
    String dark = "document.documentElement.dataset.theme === 'dark'";
    browser.await(dark);
    open(1280, false);
    browser.await(dark);
    browser.click("input[name=theme][value=auto]");
    browser.await("document.documentElement.dataset.theme === 'light'");
  }

  @Test
  void shouldOfferCommandsOnlyWhereTheyAreObeyed() {
    open();
    assertThat(browser.evaluate("document.getElementById('controls').hidden")).isEqualTo(true);
    run.withWrites();
    open();
    browser.await("document.querySelector('[data-command=pause]') !== null");
    browser.click("[data-command=pause]");
    browser.await("document.getElementById('said').textContent === 'pause done'");
    browser.await("document.querySelector('[data-command=resume]') !== null");
    assertThat(browser.text("#state")).isEqualTo("paused");
    browser.click("[data-command=checkpoint]");
    browser.await("document.getElementById('said').textContent.includes('one is being written')");
    browser.click("[data-command=stop]");
    browser.await("document.getElementById('confirm').open");
    browser.click("#confirm button[value=no]");
    browser.await("!document.getElementById('confirm').open");
    assertThat(server.commands()).containsExactly("pause", "checkpoint");
    browser.click("[data-command=stop]");
    browser.click("#confirm button[value=yes]");
    browser.await("document.getElementById('state').textContent === 'stopping'");
    assertThat(server.commands()).containsExactly("pause", "checkpoint", "stop");
  }

  @Test
  void shouldSearchTheConfiguration() {
    open();
    long all = browser.number("document.querySelectorAll('#config tbody tr').length");
    assertThat(all).isEqualTo(5);
    browser.type("#config-search", "learning");
    browser.await("document.querySelectorAll('#config tbody tr').length === 1");
    assertThat(browser.text("#config")).contains("outer.rate", "0.7", "Learning rate");
    assertThat(browser.text("#config mark")).isEqualToIgnoringCase("learning");
    assertThat(browser.text("#config-count")).isEqualTo("1 of 5 settings.");
  }

  @Test
  void shouldReadEverySettingOfARealConfiguration() {
    open();
    String hocon = ConfigReader.render(ConfigReader.read(null, java.util.Map.of()));
    Config config = ConfigFactory.parseString(hocon);
    TreeSet<String> expected = new TreeSet<>();
    config.entrySet().forEach(e -> expected.add(e.getKey()));
    Object read =
        browser.module(
            "hocon.js", "module.settings(argument).map((s) => s.key + ' ' + s.value)", hocon);
    List<String> keys = ((List<?>) read).stream().map(s -> ((String) s).split(" ")[0]).toList();
    assertThat(keys).containsAll(expected).doesNotHaveDuplicates();
    assertThat((List<?>) read).asString().contains("estafette.channel.mtu 65504");
  }

  @Test
  void shouldStaySmallHoweverLongARunIs() {
    open();
    Object sizes =
        browser.module(
            "store.js",
            "(() => { const s = new module.Store();s.load({ run: 'x', tokens: 0, budget_tokens: 1e9"
                + " }, { next: 1, progress: [], pushes: [], events: [] });for (let i = 1; i <="
                + " 50000; i++) { s.hear(2 * i, { type: 'progress', seconds: i, tokens: 10 * i,"
                + " train_loss: i % 2,  validation_loss: i === 7 ? 3.5 : null, tokens_per_second: 1"
                + " }); s.hear(2 * i + 1, { type: 'push', worker: 'w', seconds: i, tokens: 1, loss:"
                + " 1,  outcome: 'accepted', staleness: 1 }); s.hear(null, { type: 'worker',"
                + " worker: 'w', seconds: i, kind: 'note' }); }return [s.points.length,"
                + " s.pushes.length, s.events.length, s.points.at(-1).tokens, s.points.filter((p)"
                + " => p.validation === 3.5).length]; })()",
            "");
    List<Long> found = ((List<?>) sizes).stream().map(n -> ((Number) n).longValue()).toList();
    assertThat(found.get(0)).isBetween(1_000L, 3_000L);
    assertThat(found.get(1)).isBetween(5_000L, 6_000L);
    assertThat(found.get(2)).isLessThanOrEqualTo(400L);
    assertThat(found.get(3)).isEqualTo(500_000L);
    assertThat(found.get(4)).isEqualTo(1L);
  }

  /** The same run as the page that it leaves behind. */
  @Test
  void shouldOpenAReportWithoutAnyRequest() throws IOException {
    List<Metric> metrics = new ArrayList<>();
    run.turn(RunState.PAUSED, "paused by ada", Metric.RunKind.PAUSED);
    metrics.addAll(run.history(1500).events());
    metrics.addAll(run.history(1500).progress());
    metrics.addAll(run.history(1500).pushes());
    Path file = profile.resolve("report.html");
    Report.write(file, List.of(new RunRecord("scripted", run.config(), null, metrics)));
    browser.open(file.toUri().toString(), 1280, 900, false);
    browser.await("document.querySelectorAll('canvas').length >= 5");
    assertThat(browser.text("body")).contains("paused by ada", "worker-1");
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.requests())
        .isNotEmpty()
        .allSatisfy(url -> assertThat(url).matches("(file:.*/report\\.html|data:.*)"));
  }

  @Test
  void shouldNameEveryControl() {
    run.withWrites();
    open();
    browser.await("document.querySelectorAll('#controls button').length === 3");
    assertThat(
            (List<?>)
                browser.evaluate(
                    "[...document.querySelectorAll('button, input, [role=img], [role=region],"
                        + " svg')].filter((e) => !(e.getAttribute('aria-label') ||"
                        + " e.textContent.trim() || e.labels?.[0]?.textContent.trim() ||"
                        + " e.getAttribute('aria-hidden') ||"
                        + " document.getElementById(e.getAttribute('aria-labelledby')))).map((e) =>"
                        + " e.outerHTML)"))
        .isEmpty();
  }

  private static String label(String chart) {
    return String.valueOf(
        browser.evaluate(
            "document.getElementById('chart-" + chart + "').getAttribute('aria-label')"));
  }

  private static long version() {
    return browser.number(
        "[...document.querySelectorAll('.tile')].find((t) => t.textContent.startsWith('Version'))"
            + ".querySelector('.value').textContent.replace(',', '')*1");
  }
}
