package org.estafette.actor.security;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/**
 * What a certificate says, for people.
 *
 * @param file in which it was found
 * @param names subject alternative names: host names and addresses
 * @param from valid from
 * @param until valid until
 * @param fingerprint SHA-256 of the certificate, as {@code openssl x509 -fingerprint} shows it
 */
public record Certified(
    String file,
    String subject,
    String issuer,
    List<String> names,
    Instant from,
    Instant until,
    String fingerprint) {

  static Certified of(String file, X509Certificate c) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(c.getEncoded());
      return new Certified(
          file,
          c.getSubjectX500Principal().getName(),
          c.getIssuerX500Principal().getName(),
          names(c),
          c.getNotBefore().toInstant(),
          c.getNotAfter().toInstant(),
          HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a parsed certificate cannot be encoded", e);
    }
  }

  /** Host names and addresses of a certificate; none where it has none. */
  static List<String> names(X509Certificate c) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> all = c.getSubjectAlternativeNames();
      if (all != null) {
        for (List<?> name : all) {
          int kind = (Integer) name.get(0);
          if (kind == 2 || kind == 7) { // DNS name, IP address
            names.add(String.valueOf(name.get(1)));
          }
        }
      }
    } catch (CertificateParsingException e) {
      // A name that nobody can read is none.
    }
    return names;
  }
}
