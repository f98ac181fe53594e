package org.estafette.actor.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.estafette.actor.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A key folder that is read again when its files have changed. */
final class ReloadedKeys {
  private static final Logger LOG = LoggerFactory.getLogger(ReloadedKeys.class);

  private final Path path;
  private Loaded loaded;
  private List<Object> seen;

  /** Keys and the TLS that is made of them. */
  record Loaded(KeyFolder folder, SSLContext context) {
    static Loaded of(Path path) {
      KeyFolder folder = KeyFolder.open(path);
      return new Loaded(folder, folder.mutual());
    }
  }

  /**
   * @throws ConfigException where the folder cannot be used
   */
  ReloadedKeys(Path path) {
    this.path = path;
    this.seen = look(path);
    this.loaded = Loaded.of(path);
  }

  /** The keys as the folder has them now; the former ones while it cannot be used. */
  synchronized Loaded now() {
    List<Object> there = look(path);
    if (!there.equals(seen)) {
      seen = there;
      try {
        loaded = Loaded.of(path);
        LOG.info(
            "{} has changed; new connections use the certificate {}",
            path,
            loaded.folder().certificate().fingerprint());
      } catch (ConfigException e) {
        LOG.error(
            "{} has changed and cannot be used; the former keys stay: {}", path, e.getMessage());
      }
    }
    return loaded;
  }

  /** What changes when a file is replaced. */
  private static List<Object> look(Path path) {
    List<Object> found = new ArrayList<>();
    for (String file : List.of(KeyFiles.CA_CERTIFICATE, KeyFiles.CERTIFICATE, KeyFiles.KEY)) {
      try {
        BasicFileAttributes a = Files.readAttributes(path.resolve(file), BasicFileAttributes.class);
        found.add(List.of(a.lastModifiedTime(), a.size(), String.valueOf(a.fileKey())));
      } catch (IOException e) {
        found.add(file);
      }
    }
    return found;
  }
}
