package org.estafette.actor.manage.dashboard;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Takes pictures of a dashboard: {@code Pictures FOLDER [URL [PREFIX]]}; without an address, of a
 * made-up run, else when almost half of the run is done. Run by {@code dev/screenshots}.
 */
final class Pictures {
  private Pictures() {}

  public static void main(String[] args) throws Exception {
    Path folder = Files.createDirectories(Path.of(args[0]));
    Path profile = Files.createTempDirectory("estafette-browser");
    try (Browser browser = Browser.start(profile)) {
      if (args.length > 1) {
        awaitProgress(browser, args[1]);
        take(browser, args[1], folder, args.length > 2 ? args[2] : "dashboard");
        return;
      }
      ScriptedRun run =
          new ScriptedRun("5f1c09", 4, true)
              .go(230)
              .warn("1 push was refused: not_finite")
              .withWrites();
      try (ScriptedServer server = new ScriptedServer(0, run)) {
        take(browser, server.url(), folder, "server");
      }
      try (ScriptedServer server =
          new ScriptedServer(0, new ScriptedRun("77aa01", 8, false).go(230))) {
        take(browser, server.url(), folder, "ring");
      }
    }
  }

  /** Curves of a run that has just begun are no sight. */
  private static void awaitProgress(Browser browser, String url) throws InterruptedException {
    browser.open(url, 1280, 900, false);
    for (int i = 0; i < 900; i++) {
      if (Boolean.TRUE.equals(
          browser.evaluate("document.getElementById('progress').value > 0.45"))) {
        return;
      }
      Thread.sleep(1000);
    }
    throw new IllegalStateException("the run at " + url + " does not come to half its tokens");
  }

  private static void take(Browser browser, String url, Path folder, String prefix)
      throws Exception {
    shoot(browser, url, false, 1280, 900, folder.resolve(prefix + "-light.png"), true);
    shoot(browser, url, true, 1280, 1180, folder.resolve(prefix + "-dark.png"), false);
    shoot(browser, url, false, 390, 1180, folder.resolve(prefix + "-phone.png"), false);
  }

  private static void shoot(
      Browser browser, String url, boolean dark, int width, int height, Path file, boolean whole)
      throws Exception {
    browser.open(url, width, height, dark);
    browser.await("document.querySelectorAll('.u-over').length >= 3");
    browser.await("document.querySelector('#workers table') !== null");
    browser.await("document.querySelector('#config table') !== null");
    Thread.sleep(1500); // Until what moves has come to rest.
    browser.picture(file, whole);
    System.out.println(file);
    browser.complaints().forEach(System.err::println);
  }
}
