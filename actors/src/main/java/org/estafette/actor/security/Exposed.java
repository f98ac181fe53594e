package org.estafette.actor.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether others may read a file with a secret. */
public final class Exposed {
  private Exposed() {}

  /**
   * A warning with what to do; null where there is no reason for one. That the group may read is
   * none in a folder that this user cannot write to: so are secrets mounted that an orchestrator
   * hands to a process of no privileges.
   */
  public static @Nullable String warning(Path file) {
    try {
      if (!Files.exists(file)) {
        return null;
      }
      Path folder = file.toAbsolutePath().getParent();
      Set<PosixFilePermission> granted = Files.getPosixFilePermissions(file);
      return folder == null || !exposed(granted, Files.isWritable(folder))
          ? null
          : file
              + " has permissions "
              + PosixFilePermissions.toString(granted)
              + " (expected rw-------); chmod 600 "
              + file;
    } catch (IOException | UnsupportedOperationException e) {
      return file + ": its permissions cannot be read: " + e.getMessage();
    }
  }

  /**
   * @param own whether this user may change what is in the folder
   */
  static boolean exposed(Set<PosixFilePermission> granted, boolean own) {
    Set<PosixFilePermission> others =
        EnumSet.of(
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);
    if (own) {
      others.add(PosixFilePermission.GROUP_READ);
    }
    return granted.stream().anyMatch(others::contains);
  }
}
