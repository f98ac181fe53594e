package org.estafette.actor.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.estafette.actor.config.ConfigException;

/** Makes key folders. */
public final class KeyMaker {
  private static final int PASSWORD_BYTES = 18;
  private static final SecureRandom RANDOM = new SecureRandom();

  private KeyMaker() {}

  /**
   * Makes a cluster's keys: an authority, the certificate of a node, the channel's key and the
   * password of management.
   *
   * @param hosts names and addresses under which nodes with this folder are reached; that of this
   *     machine itself are always among them
   * @param days for how long the node's certificate is valid
   * @param force whether files that are there already are replaced
   * @throws ConfigException where the folder is there without {@code force}, or a host is none
   */
  public static void create(Path folder, List<String> hosts, int days, boolean force)
      throws IOException {
    Instant now = Instant.now();
    Authority authority = Authority.create(days, now);
    Map<String, String> files = new LinkedHashMap<>();
    files.put(
        KeyFiles.CHANNEL_KEY,
        Base64.getEncoder().encodeToString(random(KeyFiles.CHANNEL_KEY_BYTES)) + "\n");
    files.put(
        KeyFiles.PASSWORD,
        Base64.getUrlEncoder().withoutPadding().encodeToString(random(PASSWORD_BYTES)) + "\n");
    node(files, List.of(authority.certificate()), authority, hosts, days, now);
    // Last: a folder whose replacement was cut off does not certify nodes for an authority that its
    // own files do not know.
    files.put(KeyFiles.CA_KEY, Pem.write(authority.key()));
    KeyFolderWriter.write(
        folder,
        files,
        force,
        "replaces the keys in it, and every node that has the former ones is shut out");
  }

  /**
   * Makes the folder of another node of the same cluster: a certificate of its own, the rest copied
   * from {@code from}. The authority's key is not copied.
   *
   * @throws ConfigException where {@code from} has no authority's key or cannot be used, the folder
   *     is there without {@code force}, or a host is none
   */
  public static void add(Path from, Path folder, List<String> hosts, int days, boolean force)
      throws IOException {
    Path caKey = KeyFiles.caKey(from);
    if (!Files.exists(caKey)) {
      throw new ConfigException(
          caKey
              + " is missing (expected the folder that `estafette keys create` made: only its"
              + " authority certifies further nodes)");
    }
    Map<String, String> files = new LinkedHashMap<>();
    try {
      List<X509Certificate> authorities = Pem.certificates(from.resolve(KeyFiles.CA_CERTIFICATE));
      Authority authority = authority(from, authorities);
      files.put(
          KeyFiles.CHANNEL_KEY,
          Base64.getEncoder()
                  .encodeToString(KeyContents.channelKey(from.resolve(KeyFiles.CHANNEL_KEY)))
              + "\n");
      files.put(KeyFiles.PASSWORD, KeyContents.password(from.resolve(KeyFiles.PASSWORD)) + "\n");
      node(files, authorities, authority, hosts, days, Instant.now());
    } catch (BadKeyFileException e) {
      throw new ConfigException(e.text());
    }
    KeyFolderWriter.write(
        folder, files, force, "replaces the certificate in it by a new one of the same cluster");
  }

  private static Authority authority(Path from, List<X509Certificate> authorities)
      throws BadKeyFileException {
    Path file = KeyFiles.caKey(from);
    PrivateKey key = Pem.privateKey(file);
    for (X509Certificate c : authorities) {
      if (KeyInspector.matches(key, c)) {
        return new Authority(c, key);
      }
    }
    throw new ConfigException(
        file
            + " is not the key of "
            + from.resolve(KeyFiles.CA_CERTIFICATE)
            + " (expected the two that were made together)");
  }

  private static void node(
      Map<String, String> files,
      List<X509Certificate> authorities,
      Authority authority,
      List<String> hosts,
      int days,
      Instant now) {
    try {
      Authority.Issued issued = authority.issue(hosts, days, now);
      StringBuilder all = new StringBuilder();
      for (X509Certificate c : authorities) {
        all.append(Pem.write(c));
      }
      files.put(KeyFiles.CA_CERTIFICATE, all.toString());
      files.put(KeyFiles.CERTIFICATE, Pem.write(issued.certificate()));
      files.put(KeyFiles.KEY, Pem.write(issued.key()));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a new certificate cannot be encoded", e);
    }
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return random;
  }
}
