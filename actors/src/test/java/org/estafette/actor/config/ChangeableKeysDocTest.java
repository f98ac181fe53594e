package org.estafette.actor.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ChangeableKeysDocTest {
  private static final Path PAGE =
      Path.of(System.getProperty("estafette.root", ".."), "docs", "management.md");

  @Test
  void pageShouldListExactlyTheKeysThatCanBeChanged() throws Exception {
    String page = Files.readString(PAGE);
    int from = page.indexOf("What can be changed while a run goes on:");
    int to = page.indexOf("`GET /estafette/openapi.json`", from);
    assertThat(
            Pattern.compile("(?m)^- `([a-z.-]+)`")
                .matcher(page.substring(from, to))
                .results()
                .map(r -> r.group(1)))
        .containsExactlyElementsOf(ChangeableKeys.all().keySet());
  }
}
