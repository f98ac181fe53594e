package org.estafette.actor.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class ConfigurationDocTest {
  private static final Path PAGE =
      Path.of(System.getProperty("estafette.root", ".."), "docs", "configuration.md");

  @Test
  void pageShouldBeWhatTheReferenceSays() throws Exception {
    assertThat(Files.readString(PAGE))
        .describedAs("%s is out of date: run dev/docs and commit what it changes", PAGE)
        .isEqualTo(ConfigurationDoc.page());
  }

  @Test
  void everyKeyShouldStandOnThePage() {
    String page = ConfigurationDoc.page();
    TreeSet<String> missing = new TreeSet<>();
    for (Map.Entry<String, ConfigValue> e :
        ConfigReader.reference().getConfig("estafette").entrySet()) {
      if (!page.contains("| `" + e.getKey() + "` |")) {
        missing.add(e.getKey());
      }
    }
    assertThat(missing).isEmpty();
  }
}
