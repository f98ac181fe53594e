package org.estafette.actor.manage.dashboard;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Takes pictures of a dashboard: {@code Pictures FOLDER [URL [PREFIX]]}; without an address, of a
 * made-up run. Run by {@code dev/screenshots}.
 */
final class Pictures {
  private Pictures() {}

  public static void main(String[] args) throws Exception {
    Path folder = Files.createDirectories(Path.of(args[0]));
    Path profile = Files.createTempDirectory("estafette-browser");
    try (Browser browser = Browser.start(profile)) {
      if (args.length > 1) {
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

  private static void take(Browser browser, String url, Path folder, String prefix)
      throws Exception {
    for (boolean dark : new boolean[] {false, true}) {
      shoot(browser, url, dark, 1280, folder.resolve(prefix + (dark ? "-dark.png" : "-light.png")));
    }
    shoot(browser, url, false, 390, folder.resolve(prefix + "-phone.png"));
  }

  private static void shoot(Browser browser, String url, boolean dark, int width, Path file)
      throws Exception {
    browser.open(url, width, width < 600 ? 844 : 900, dark);
    browser.await("document.querySelectorAll('.u-over').length >= 3");
    browser.await("document.querySelector('#workers table') !== null");
    browser.await("document.querySelector('#config table') !== null");
    Thread.sleep(900); // Until what moves has come to rest.
    browser.picture(file, true);
    System.out.println(file + " " + browser.complaints());
  }
}
