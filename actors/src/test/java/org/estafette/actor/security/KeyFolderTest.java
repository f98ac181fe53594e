package org.estafette.actor.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.estafette.actor.config.ConfigException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is made can be used; what cannot be used is refused by name. */
@Timeout(60)
final class KeyFolderTest {
  @TempDir Path dir;
  private Path keys = Path.of("");

  @BeforeEach
  void create() throws Exception {
    keys = dir.resolve("keys");
    KeyMaker.create(keys, List.of("alpha.example", "192.168.7.9"), 90, false);
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static String secret(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  @Test
  void shouldMakeAFolderThatOpens() throws Exception {
    KeyFolder folder = KeyFolder.open(keys);
    assertThat(folder.warnings()).isEmpty();
    assertThat(folder.certificate().names())
        .contains("alpha.example", "192.168.7.9", "localhost", "127.0.0.1", "estafette");
    assertThat(folder.channelKey()).hasSize(32);
    assertThat(Base64.getEncoder().encodeToString(folder.channelKey()))
        .isEqualTo(secret(keys.resolve("channel.key")));
    assertThat(folder.managementPassword())
        .isEqualTo(secret(keys.resolve("management.password")))
        .hasSizeGreaterThanOrEqualTo(20);
    assertThat(Duration.between(Instant.now(), folder.certificate().until()))
        .isBetween(Duration.ofDays(89), Duration.ofDays(90));
  }

  @Test
  void shouldLetNobodyElseReadAnything() throws Exception {
    assertThat(permissions(keys)).isEqualTo("rwx------");
    assertThat(permissions(keys.resolve("ca"))).isEqualTo("rwx------");
    for (String file :
        List.of(
            "ca.crt", "tls.crt", "tls.key", "channel.key", "management.password", "ca/ca.key")) {
      assertThat(permissions(keys.resolve(file))).as(file).isEqualTo("rw-------");
    }
    try (var beside = Files.list(dir)) {
      assertThat(beside).containsExactly(keys);
    }
  }

  @Test
  void shouldNotReplaceKeysUnlessForced() throws Exception {
    byte[] before = Files.readAllBytes(keys.resolve("tls.key"));
    Files.writeString(keys.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> KeyMaker.create(keys, List.of(), 90, false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(keys + " is there already")
        .hasMessageContaining("--force");
    assertThat(Files.readAllBytes(keys.resolve("tls.key"))).isEqualTo(before);
    KeyMaker.create(keys, List.of(), 90, true);
    assertThat(Files.readAllBytes(keys.resolve("tls.key"))).isNotEqualTo(before);
    assertThat(keys.resolve("notes.txt")).hasContent("mine");
    KeyFolder.open(keys);
  }

  @Test
  void shouldCertifyAnotherNodeWithTheSameAuthority() throws Exception {
    Path other = dir.resolve("beta");
    KeyMaker.add(keys, other, List.of("beta.example"), 30, false);
    KeyFolder first = KeyFolder.open(keys);
    KeyFolder second = KeyFolder.open(other);
    assertThat(other.resolve("ca")).as("the authority's key stays where it is").doesNotExist();
    assertThat(other.resolve("ca.crt")).hasSameBinaryContentAs(keys.resolve("ca.crt"));
    assertThat(second.channelFingerprint()).isEqualTo(first.channelFingerprint());
    assertThat(second.managementPassword()).isEqualTo(first.managementPassword());
    assertThat(second.certificate().fingerprint()).isNotEqualTo(first.certificate().fingerprint());
    assertThatThrownBy(() -> KeyMaker.add(other, dir.resolve("c"), List.of("c"), 30, false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("ca.key is missing");
  }

  @Test
  void shouldRefuseAHostThatIsNone() {
    for (String host : List.of("alpha:25520", "1.2.3", "a b", "-a", "", "http://alpha")) {
      assertThatThrownBy(() -> KeyMaker.create(dir.resolve("k"), List.of(host), 9, false))
          .as(host)
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("host=" + host + " (expected");
    }
    assertThat(dir.resolve("k")).doesNotExist();
  }

  @Test
  void shouldWarnBeforeTheCertificateEndsAndRefuseAfterwards() {
    Instant until = KeyFolder.open(keys).certificate().until();
    assertThat(KeyFolder.open(keys, until.minus(Duration.ofDays(31))).warnings()).isEmpty();
    assertThat(KeyFolder.open(keys, until.minus(Duration.ofDays(9))).warnings())
        .singleElement()
        .asString()
        .contains("tls.crt", "in 9 days", "keys add");
    assertThatThrownBy(() -> KeyFolder.open(keys, until.plusSeconds(1)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("ended on " + until);
    assertThatThrownBy(() -> KeyFolder.open(keys, Instant.now().minus(Duration.ofDays(2))))
        .hasMessageContaining("is valid from");
  }

  @Test
  void shouldWarnOfSecretsThatOthersMayRead() throws Exception {
    Files.setPosixFilePermissions(
        keys.resolve("channel.key"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(KeyFolder.open(keys).warnings())
        .singleElement()
        .asString()
        .contains("channel.key has permissions rw-r--r--", "chmod 600");
  }

  @Test
  void shouldRefuseFilesThatDoNotBelongTogether() throws Exception {
    Path other = dir.resolve("other");
    KeyMaker.create(other, List.of(), 90, false);
    copy(other, "tls.key");
    assertThatThrownBy(() -> KeyFolder.open(keys)).hasMessageContaining("tls.key is not the key");
    copy(other, "tls.crt");
    assertThatThrownBy(() -> KeyFolder.open(keys))
        .hasMessageContaining("tls.crt was issued by CN=Estafette cluster authority")
        .hasMessageContaining("ca.crt holds no certificate");
    copy(other, "ca.crt");
    KeyFolder.open(keys);
  }

  private void copy(Path from, String file) throws IOException {
    Files.write(keys.resolve(file), Files.readAllBytes(from.resolve(file)));
  }

  @Test
  void shouldNameEveryFileThatCannotBeUsed() throws Exception {
    Files.delete(keys.resolve("ca.crt"));
    Files.writeString(keys.resolve("tls.crt"), "nonsense");
    Files.writeString(keys.resolve("tls.key"), "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n");
    Files.writeString(keys.resolve("channel.key"), "c2VjcmV0c2VjcmV0");
    Files.writeString(keys.resolve("management.password"), "\n");
    assertThatThrownBy(() -> KeyFolder.open(keys))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("ca.crt is missing")
        .hasMessageContaining("tls.crt is not a certificate")
        .hasMessageContaining("tls.key is not a private key")
        .hasMessageContaining("channel.key holds 12 bytes (expected 32 in base64)")
        .hasMessageContaining("management.password does not hold one line")
        .hasMessageNotContaining("c2Vj");
    assertThat(KeyFolder.inspect(keys).problems()).hasSize(5);
    assertThatThrownBy(() -> KeyFolder.open(dir.resolve("nothing")))
        .hasMessageContaining("is missing (expected a folder made by `estafette keys create`)");
  }

  @Test
  void shouldReadKeysInTheFormsThatOtherToolsWrite() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    PrivateKey ec = generator.generateKeyPair().getPrivate();
    var sec1 =
        new org.bouncycastle.asn1.sec.ECPrivateKey(
            256, ((ECPrivateKey) ec).getS(), SECObjectIdentifiers.secp256r1);
    assertThat(((ECPrivateKey) reread("EC PRIVATE KEY", sec1.getEncoded())).getS())
        .isEqualTo(((ECPrivateKey) ec).getS());
    assertThat(reread("PRIVATE KEY", ec.getEncoded())).isEqualTo(ec);
    generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    PrivateKey rsa = generator.generateKeyPair().getPrivate();
    byte[] pkcs1 =
        PrivateKeyInfo.getInstance(rsa.getEncoded())
            .parsePrivateKey()
            .toASN1Primitive()
            .getEncoded();
    assertThat(reread("RSA PRIVATE KEY", pkcs1)).isEqualTo(rsa);
    assertThat(reread("PRIVATE KEY", rsa.getEncoded())).isEqualTo(rsa);
  }

  private PrivateKey reread(String kind, byte[] der) throws Exception {
    StringWriter text = new StringWriter();
    try (PemWriter pem = new PemWriter(text)) {
      pem.writeObject(new PemObject(kind, der));
    }
    return Pem.privateKey(Files.writeString(dir.resolve("a key"), text.toString()));
  }

  @Test
  void shouldShowNoSecret() throws Exception {
    KeyFolder folder = KeyFolder.open(keys);
    String shown =
        folder
            + KeyFolder.inspect(keys).toString()
            + KeyContents.read(keys)
            + folder.certificate()
            + Authority.create(1, Instant.now());
    String key =
        Files.readString(keys.resolve("tls.key")).lines().skip(1).findFirst().orElseThrow();
    assertThat(shown)
        .contains(folder.channelFingerprint())
        .doesNotContain(folder.managementPassword())
        .doesNotContain(secret(keys.resolve("channel.key")))
        .doesNotContain(key);
    byte[] bytes = folder.channelKey();
    assertThat(shown).doesNotContain(Arrays.toString(bytes));
    Arrays.fill(bytes, (byte) 0);
    assertThat(folder.channelKey()).as("a copy is given").isNotEqualTo(bytes);
  }

  @Test
  void shouldServeManagementToClientsThatTrustItsAuthority() throws Exception {
    Path other = dir.resolve("other");
    KeyMaker.create(other, List.of(), 90, false);
    KeyFolder folder = KeyFolder.open(keys);
    assertThat(exchange(folder.managementServer(), folder.client(), "localhost")).isEqualTo(42);
    assertThatThrownBy(
            () -> exchange(folder.managementServer(), KeyFolder.open(other).client(), "localhost"))
        .isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> exchange(folder.managementServer(), folder.client(), "not-its-name"))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("not-its-name");
  }

  /** One byte over TLS, with the name of the server checked as HTTPS does. */
  private static int exchange(SSLContext server, SSLContext client, String name) throws Exception {
    try (SSLServerSocket listening =
        (SSLServerSocket) server.getServerSocketFactory().createServerSocket(0)) {
      CompletableFuture<Void> served =
          CompletableFuture.runAsync(() -> {
            try (SSLSocket s = (SSLSocket) listening.accept()) {
              s.getOutputStream().write(42);
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      try (java.net.Socket plain = new java.net.Socket("127.0.0.1", listening.getLocalPort());
          SSLSocket socket =
              (SSLSocket)
                  client
                      .getSocketFactory()
                      .createSocket(plain, name, listening.getLocalPort(), true)) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        int read = socket.getInputStream().read();
        served.join();
        return read;
      }
    }
  }

  @Test
  void shouldReadWhatItWroteByteForByte() throws Exception {
    assertThat(Pem.certificates(keys.resolve("tls.crt"))).hasSize(1);
    assertThat(new String(Files.readAllBytes(keys.resolve("tls.crt")), StandardCharsets.US_ASCII))
        .isEqualTo(Pem.write(Pem.certificates(keys.resolve("tls.crt")).getFirst()));
  }
}
