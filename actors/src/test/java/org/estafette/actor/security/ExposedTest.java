package org.estafette.actor.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

final class ExposedTest {
  @Test
  void shouldLetTheGroupReadOnlyWhereTheFolderIsNotOurs() {
    assertThat(exposed("rw-------", true)).isFalse();
    assertThat(exposed("r--r-----", true)).isTrue();
    assertThat(exposed("r--r-----", false)).isFalse();
    assertThat(exposed("r--r--r--", false)).isTrue();
    assertThat(exposed("rw-rw----", false)).isTrue();
  }

  private static boolean exposed(String permissions, boolean own) {
    return Exposed.exposed(PosixFilePermissions.fromString(permissions), own);
  }
}
