package org.estafette.actor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ExitStatusDocTest {
  private static final Path PAGE =
      Path.of(System.getProperty("estafette.root", ".."), "docs", "exit-statuses.md");

  @Test
  void pageShouldListExactlyTheStatusesThatThereAre() throws Exception {
    assertThat(
            Pattern.compile("(?m)^## (\\d+) ([A-Z]+)$")
                .matcher(Files.readString(PAGE))
                .results()
                .map(r -> r.group(1) + " " + r.group(2)))
        .containsExactlyElementsOf(
            Arrays.stream(ExitStatus.values()).map(s -> s.code() + " " + s.name()).toList());
  }
}
