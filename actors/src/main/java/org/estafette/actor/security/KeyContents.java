package org.estafette.actor.security;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/**
 * What a node needs, read from its folder.
 *
 * @param authorities certificates that are trusted
 * @param chain the node's certificate first
 */
record KeyContents(
    List<X509Certificate> authorities,
    List<X509Certificate> chain,
    PrivateKey key,
    byte[] channelKey,
    String password) {

  static KeyContents read(Path folder) throws BadKeyFileException {
    return new KeyContents(
        Pem.certificates(folder.resolve(KeyFiles.CA_CERTIFICATE)),
        Pem.certificates(folder.resolve(KeyFiles.CERTIFICATE)),
        Pem.privateKey(folder.resolve(KeyFiles.KEY)),
        channelKey(folder.resolve(KeyFiles.CHANNEL_KEY)),
        password(folder.resolve(KeyFiles.PASSWORD)));
  }

  static byte[] channelKey(Path file) throws BadKeyFileException {
    String text = line(file);
    byte[] key;
    try {
      key = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new BadKeyFileException(file, "is not base64"); // The cause quotes a character of it.
    }
    if (key.length != KeyFiles.CHANNEL_KEY_BYTES) {
      throw new BadKeyFileException(
          file,
          "holds " + key.length + " bytes (expected " + KeyFiles.CHANNEL_KEY_BYTES + " in base64)");
    }
    return key;
  }

  static String password(Path file) throws BadKeyFileException {
    String text = line(file);
    if (text.isEmpty() || text.lines().count() > 1) {
      throw new BadKeyFileException(file, "does not hold one line with a password");
    }
    return text;
  }

  private static String line(Path file) throws BadKeyFileException {
    try {
      return Files.readString(file, StandardCharsets.UTF_8).strip();
    } catch (java.nio.charset.CharacterCodingException e) {
      throw new BadKeyFileException(file, "is not text");
    } catch (IOException e) {
      throw BadKeyFileException.unreadable(file, e);
    }
  }

  @Override
  public String toString() {
    return "KeyContents[" + chain.getFirst().getSubjectX500Principal() + "]";
  }
}
