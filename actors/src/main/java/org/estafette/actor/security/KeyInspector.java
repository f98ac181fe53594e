package org.estafette.actor.security;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.estafette.channel.FrameKey;

/** Looks at each file of a key folder by itself, and then at whether they belong together. */
final class KeyInspector {
  /** A certificate that ends sooner is worth a warning. */
  static final Duration SOON = Duration.ofDays(30);

  private final Path folder;
  private final Instant now;
  private final List<Certified> certificates = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  private KeyInspector(Path folder, Instant now) {
    this.folder = folder;
    this.now = now;
  }

  static KeyInspection inspect(Path folder, Instant now) {
    return new KeyInspector(folder, now).look();
  }

  private interface Reading<T> {
    T read(Path file) throws BadKeyFileException;
  }

  private KeyInspection look() {
    boolean authority = Files.exists(KeyFiles.caKey(folder));
    if (!Files.isDirectory(folder)) {
      problems.add(
          folder
              + (Files.exists(folder) ? " is not a folder" : " is missing")
              + " (expected a folder made by `estafette keys create`)");
      return new KeyInspection(folder, List.of(), "", authority, problems, warnings);
    }
    List<X509Certificate> authorities = read(KeyFiles.CA_CERTIFICATE, List.of(), Pem::certificates);
    List<X509Certificate> chain = read(KeyFiles.CERTIFICATE, List.of(), Pem::certificates);
    List<PrivateKey> key = read(KeyFiles.KEY, List.of(), f -> List.of(Pem.privateKey(f)));
    String fingerprint =
        read(KeyFiles.CHANNEL_KEY, "", f -> FrameKey.of(KeyContents.channelKey(f)).fingerprint());
    read(KeyFiles.PASSWORD, "", KeyContents::password);
    authorities.forEach(c -> judge(KeyFiles.CA_CERTIFICATE, c));
    if (!chain.isEmpty()) {
      judge(KeyFiles.CERTIFICATE, chain.getFirst());
      belongTogether(authorities, chain, key);
    }
    permissions();
    return new KeyInspection(folder, certificates, fingerprint, authority, problems, warnings);
  }

  private <T> T read(String file, T nothing, Reading<T> reading) {
    try {
      return reading.read(folder.resolve(file));
    } catch (BadKeyFileException e) {
      problems.add(e.text());
      return nothing;
    }
  }

  private void judge(String file, X509Certificate certificate) {
    Certified c = Certified.of(file, certificate);
    certificates.add(c);
    String what = folder.resolve(file) + ": the certificate of " + c.subject();
    String remedy =
        file.equals(KeyFiles.CERTIFICATE)
            ? "; `estafette keys add --host … --out … --force` makes another"
            : "; `estafette keys create --force` makes a new authority";
    if (now.isBefore(c.from())) {
      problems.add(what + " is valid from " + c.from() + " only (now " + now + ")");
    } else if (now.isAfter(c.until())) {
      problems.add(what + " ended on " + c.until() + " (now " + now + ")" + remedy);
    } else if (now.plus(SOON).isAfter(c.until())) {
      warnings.add(
          what
              + " ends on "
              + c.until()
              + ", in "
              + Duration.between(now, c.until()).toDays()
              + " days"
              + remedy);
    }
  }

  private void belongTogether(
      List<X509Certificate> authorities, List<X509Certificate> chain, List<PrivateKey> key) {
    X509Certificate own = chain.getFirst();
    for (PrivateKey k : key) {
      if (!matches(k, own)) {
        problems.add(
            folder.resolve(KeyFiles.KEY)
                + " is not the key of "
                + folder.resolve(KeyFiles.CERTIFICATE)
                + " (expected the two files that were made together)");
      }
    }
    X509Certificate last = chain.getLast();
    if (!authorities.isEmpty() && authorities.stream().noneMatch(a -> signed(a, last))) {
      problems.add(
          folder.resolve(KeyFiles.CERTIFICATE)
              + " was issued by "
              + last.getIssuerX500Principal()
              + ", of which "
              + folder.resolve(KeyFiles.CA_CERTIFICATE)
              + " holds no certificate (expected both from one `estafette keys create`)");
    }
  }

  private static boolean signed(X509Certificate authority, X509Certificate certificate) {
    if (certificate.equals(authority)) {
      return true;
    }
    try {
      certificate.verify(authority.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  static boolean matches(PrivateKey key, X509Certificate certificate) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    try {
      byte[] text = {1, 2, 3};
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private void permissions() {
    for (String name : KeyFiles.SECRET) {
      String warning = Exposed.warning(folder.resolve(name));
      if (warning != null) {
        warnings.add(warning);
      }
    }
  }
}
