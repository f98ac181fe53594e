package org.estafette.actor.security;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.channel.FrameKey;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one node: its certificate, the authority that it trusts, the channel's key and the
 * password of management. Read once, when opened; immutable.
 */
public final class KeyFolder {
  private final Path path;
  private final KeyContents contents;
  private final List<String> warnings;

  private KeyFolder(Path path, KeyContents contents, List<String> warnings) {
    this.path = path;
    this.contents = contents;
    this.warnings = warnings;
  }

  /**
   * Reads a folder that {@code estafette keys create} or {@code keys add} made, or a mounted secret
   * with the same files.
   *
   * @throws ConfigException where a file is missing or cannot be used, a certificate is not valid
   *     now, or the files do not belong together; the message names the file and the remedy
   */
  public static KeyFolder open(Path folder) {
    return open(folder, Instant.now());
  }

  static KeyFolder open(Path folder, Instant now) {
    Path path = folder.toAbsolutePath().normalize();
    KeyInspection inspection = KeyInspector.inspect(path, now);
    if (!inspection.problems().isEmpty()) {
      throw new ConfigException(
          "estafette.security.keys: " + String.join("; ", inspection.problems()));
    }
    try {
      return new KeyFolder(path, KeyContents.read(path), inspection.warnings());
    } catch (BadKeyFileException e) {
      throw new ConfigException("estafette.security.keys: " + e.text());
    }
  }

  /** The folder that a configuration names; empty where it names none. */
  public static Optional<KeyFolder> of(RunConfig.Security security) {
    return security.keys().isEmpty()
        ? Optional.empty()
        : Optional.of(open(Path.of(security.keys())));
  }

  /** What is in a folder, also in one that cannot be used; shows no secret. */
  public static KeyInspection inspect(Path folder) {
    return KeyInspector.inspect(folder.toAbsolutePath().normalize(), Instant.now());
  }

  /** Absolute path of the folder. */
  public Path path() {
    return path;
  }

  /** What should be put right: expires soon, readable by others. */
  public List<String> warnings() {
    return warnings;
  }

  /** What the node's certificate says. */
  public Certified certificate() {
    return Certified.of(KeyFiles.CERTIFICATE, own());
  }

  X509Certificate own() {
    return contents.chain().getFirst();
  }

  /** TLS for the server of the management endpoints: shows the certificate, asks for none. */
  public SSLContext managementServer() {
    return context(keyManagers(), null);
  }

  /** TLS for clients of management: trusts the folder's authority alone, shows no certificate. */
  public SSLContext client() {
    return context(null, trustManagers());
  }

  /** TLS between nodes: shows the certificate, and trusts the folder's authority alone. */
  SSLContext mutual() {
    return context(keyManagers(), trustManagers());
  }

  /** The password of the management endpoints. */
  public String managementPassword() {
    return contents.password();
  }

  /** 32 bytes, from which the keys of tensor frames are derived; a copy. */
  public byte[] channelKey() {
    return contents.channelKey().clone();
  }

  /** The same for two folders with the same channel key, and tells nothing else of it. */
  public String channelFingerprint() {
    return FrameKey.of(contents.channelKey()).fingerprint();
  }

  static SSLContext context(KeyManager @Nullable [] keys, TrustManager @Nullable [] trusted) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trusted, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("TLS is not usable in this JDK", e);
    }
  }

  private KeyManager[] keyManagers() {
    // The store lives in this object only; its password guards nothing.
    char[] none = {};
    try {
      KeyStore store = empty();
      store.setKeyEntry(
          "node", contents.key(), none, contents.chain().toArray(X509Certificate[]::new));
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, none);
      return factory.getKeyManagers();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a key in memory is not usable in this JDK", e);
    }
  }

  private TrustManager[] trustManagers() {
    try {
      KeyStore store = empty();
      for (int i = 0; i < contents.authorities().size(); i++) {
        store.setCertificateEntry("ca-" + i, contents.authorities().get(i));
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate in memory is not usable in this JDK", e);
    }
  }

  private static KeyStore empty() throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, null);
    } catch (java.io.IOException e) {
      throw new IllegalStateException("nothing was read", e);
    }
    return store;
  }

  @Override
  public String toString() {
    return "KeyFolder[" + path + "]";
  }
}
