package org.estafette.actor.security;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;

/** PEM files, read and written. No message says what a key file holds. */
final class Pem {
  private Pem() {}

  /**
   * All certificates of a file, in their order.
   *
   * @throws BadKeyFileException where there is none
   */
  static List<X509Certificate> certificates(Path file) throws BadKeyFileException {
    try (ByteArrayInputStream in = new ByteArrayInputStream(Files.readAllBytes(file))) {
      List<X509Certificate> found =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (found.isEmpty()) {
        throw new BadKeyFileException(file, "holds no certificate (expected PEM)");
      }
      return found;
    } catch (IOException e) {
      throw BadKeyFileException.unreadable(file, e);
    } catch (GeneralSecurityException e) {
      throw new BadKeyFileException(file, "is not a certificate (expected PEM)");
    }
  }

  /** A private key, unencrypted: PKCS#8, or the older forms for EC and RSA. */
  static PrivateKey privateKey(Path file) throws BadKeyFileException {
    try (PEMParser parser =
        new PEMParser(new StringReader(Files.readString(file, StandardCharsets.US_ASCII)))) {
      for (Object o = parser.readObject(); o != null; o = parser.readObject()) {
        if (o instanceof PrivateKeyInfo info) {
          return key(info);
        }
        if (o instanceof PEMKeyPair pair) {
          return key(pair.getPrivateKeyInfo());
        }
      }
    } catch (java.nio.file.FileSystemException e) {
      throw BadKeyFileException.unreadable(file, e);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      // The cause may quote the file: it is left behind.
      throw new BadKeyFileException(file, "is not a private key in PEM");
    }
    throw new BadKeyFileException(
        file, "holds no private key that can be used (expected unencrypted PEM)");
  }

  private static PrivateKey key(PrivateKeyInfo info) throws IOException, GeneralSecurityException {
    return KeyFactory.getInstance(info.getPrivateKeyAlgorithm().getAlgorithm().getId())
        .generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
  }

  static String write(X509Certificate certificate) throws GeneralSecurityException {
    return write("CERTIFICATE", certificate.getEncoded());
  }

  static String write(PrivateKey key) {
    return write("PRIVATE KEY", key.getEncoded());
  }

  private static String write(String what, byte[] der) {
    String base64 =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
  }
}
