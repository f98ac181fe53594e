package org.estafette.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Takes shared libraries out of the jars on the class path into a folder of the user's cache. A
 * file is copied under a temporary name and renamed, so that processes that start at the same time
 * never see half a library; its size is compared with the jar's at every start.
 */
final class NativeLibraries {
  /** System property that names another cache folder. */
  static final String CACHE_PROPERTY = "estafette.cache";

  private NativeLibraries() {}

  /** Whether this is the platform that the native jars are for. */
  static boolean isLinuxX64() {
    String arch = System.getProperty("os.arch", "");
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")
        && (arch.equals("amd64") || arch.equals("x86_64"));
  }

  /**
   * Puts class-path resources side by side into the cache.
   *
   * @param folder name of the folder in the cache: library and version
   * @param resources resource paths; the last part is the file name
   * @return the folder
   */
  static Path extract(String folder, String... resources) throws GemmUnavailableException {
    Path target = cache().resolve(folder);
    try {
      Files.createDirectories(target);
      for (String resource : resources) {
        copy(resource, target.resolve(resource.substring(resource.lastIndexOf('/') + 1)));
      }
    } catch (IOException | UncheckedIOException e) {
      throw new GemmUnavailableException(
          "The libraries of "
              + folder
              + " cannot be written to "
              + target
              + " ("
              + e
              + "); name a writable folder with -D"
              + CACHE_PROPERTY
              + "=DIR.",
          e);
    }
    return target;
  }

  /** The version of a bytedeco artifact, of its Maven descriptor on the class path. */
  static @Nullable URL resource(String name) {
    return NativeLibraries.class.getClassLoader().getResource(name);
  }

  private static Path cache() {
    String named = System.getProperty(CACHE_PROPERTY);
    if (named != null) {
      return Path.of(named);
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg != null && !xdg.isBlank()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home", "."), ".cache");
    return base.resolve("estafette");
  }

  private static void copy(String resource, Path target)
      throws IOException, GemmUnavailableException {
    URL url = resource(resource);
    if (url == null) {
      throw new GemmUnavailableException(
          resource
              + " is not on the class path; add its Maven artifact (classifier linux-x86_64).");
    }
    URLConnection connection = url.openConnection();
    long size = connection.getContentLengthLong();
    if (Files.exists(target) && Files.size(target) == size) {
      connection.getInputStream().close();
      return;
    }
    Path part = Files.createTempFile(target.getParent(), "part-", ".tmp");
    try (InputStream in = connection.getInputStream()) {
      Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      try {
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
