package org.estafette.actor.security;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Issues certificates: its own, and those of nodes. All keys are EC P-256. */
record Authority(X509Certificate certificate, PrivateKey key) {
  /** Common to all nodes of Estafette; a node refuses peers that share no name with it. */
  static final String NODE_NAME = "estafette";

  /** Every certificate is good for its own machine too. */
  private static final List<String> LOCAL = List.of("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");

  /** Clocks of two machines may differ: certificates begin in the past. */
  private static final Duration BACKDATED = Duration.ofHours(1);

  /** An authority that ends with its first nodes would have to be replaced on all at once. */
  private static final int LEAST_DAYS = 3650;

  private static final SecureRandom RANDOM = new SecureRandom();

  /** A node's certificate and its key. */
  record Issued(X509Certificate certificate, PrivateKey key) {
    @Override
    public String toString() {
      return "Issued[" + certificate.getSubjectX500Principal() + "]";
    }
  }

  /** A new authority. */
  static Authority create(int days, Instant now) {
    KeyPair pair = newPair();
    X500Principal name =
        new X500Principal("CN=Estafette cluster authority " + Long.toHexString(RANDOM.nextLong()));
    try {
      JcaX509v3CertificateBuilder builder =
          builder(name, name, pair, Math.max(days, LEAST_DAYS), now);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return new Authority(sign(builder, pair.getPrivate()), pair.getPrivate());
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("no certificate can be made in this JDK", e);
    }
  }

  /**
   * A certificate for a node that is reached under {@code hosts}: names or addresses.
   *
   * @throws IllegalArgumentException where one is neither
   */
  Issued issue(List<String> hosts, int days, Instant now) {
    List<String> all = new ArrayList<>(hosts);
    all.add(NODE_NAME);
    return issueTo("CN=" + NODE_NAME, all, days, now);
  }

  /** A certificate for anybody. */
  Issued issueTo(String subject, List<String> hosts, int days, Instant now) {
    KeyPair pair = newPair();
    try {
      JcaX509v3CertificateBuilder builder =
          builder(
              certificate.getSubjectX500Principal(), new X500Principal(subject), pair, days, now);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage,
          false,
          new ExtendedKeyUsage(
              new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate));
      builder.addExtension(Extension.subjectAlternativeName, false, names(hosts));
      return new Issued(sign(builder, key), pair.getPrivate());
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException("no certificate can be made in this JDK", e);
    }
  }

  private static JcaX509v3CertificateBuilder builder(
      X500Principal issuer, X500Principal subject, KeyPair pair, int days, Instant now)
      throws IOException, GeneralSecurityException {
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            new BigInteger(127, RANDOM).add(BigInteger.ONE),
            Date.from(now.minus(BACKDATED)),
            Date.from(now.plus(Duration.ofDays(days))),
            subject,
            pair.getPublic());
    builder.addExtension(
        Extension.subjectKeyIdentifier,
        false,
        new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
    return builder;
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
      throws OperatorCreationException, GeneralSecurityException {
    String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
  }

  private static GeneralNames names(List<String> hosts) {
    Set<String> all = new LinkedHashSet<>(hosts);
    all.addAll(LOCAL);
    List<GeneralName> names = new ArrayList<>();
    for (String host : all) {
      boolean address = host.matches("[0-9.]+") || host.contains(":");
      if (!address && !host.matches("(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")) {
        throw notAHost(host);
      }
      try {
        names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
      } catch (IllegalArgumentException e) {
        throw notAHost(host);
      }
    }
    return new GeneralNames(names.toArray(GeneralName[]::new));
  }

  private static IllegalArgumentException notAHost(String host) {
    return new IllegalArgumentException(
        "host=" + host + " (expected a host name or an IP address, without port)");
  }

  private static KeyPair newPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("EC P-256 is not usable in this JDK", e);
    }
  }

  @Override
  public String toString() {
    return "Authority[" + certificate.getSubjectX500Principal() + "]";
  }
}
