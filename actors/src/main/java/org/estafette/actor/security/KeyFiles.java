package org.estafette.actor.security;

import java.nio.file.Path;
import java.util.List;

/** Names of the files of a key folder. */
final class KeyFiles {
  /** Certificates of the authorities that are trusted, PEM. */
  static final String CA_CERTIFICATE = "ca.crt";

  /** The node's certificate, and what leads from it to the authority, PEM. */
  static final String CERTIFICATE = "tls.crt";

  /** Private key of the node's certificate, PEM. */
  static final String KEY = "tls.key";

  /** The key from which those of tensor frames are derived: 32 bytes in base64. */
  static final String CHANNEL_KEY = "channel.key";

  /** The password of the management endpoints, one line. */
  static final String PASSWORD = "management.password";

  /**
   * Private key of the authority. In a folder of its own: what copies the files of the key folder,
   * as a Kubernetes secret does, leaves it where it is.
   */
  static final String CA_KEY = "ca/ca.key";

  /** What every node needs. */
  static final List<String> OF_A_NODE =
      List.of(CA_CERTIFICATE, CERTIFICATE, KEY, CHANNEL_KEY, PASSWORD);

  /** What nobody but the owner may read. */
  static final List<String> SECRET = List.of(KEY, CHANNEL_KEY, PASSWORD, CA_KEY);

  /** Bytes of the channel key. */
  static final int CHANNEL_KEY_BYTES = 32;

  private KeyFiles() {}

  static Path caKey(Path folder) {
    return folder.resolve(CA_KEY);
  }
}
