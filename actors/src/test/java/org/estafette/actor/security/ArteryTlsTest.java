package org.estafette.actor.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Handshakes between nodes, without a network. */
@Timeout(60)
final class ArteryTlsTest {
  @TempDir Path dir;
  private Path keys = Path.of("");

  @BeforeEach
  void create() throws Exception {
    keys = dir.resolve("keys");
    KeyMaker.create(keys, List.of(), 90, false);
  }

  /** The two sessions of a handshake: the client's and the server's. */
  private record Shaken(SSLSession client, SSLSession server) {}

  private static Shaken shake(SSLEngine client, SSLEngine server) throws SSLException {
    ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
    ByteBuffer toClient = ByteBuffer.allocate(1 << 16);
    client.beginHandshake();
    server.beginHandshake();
    for (int i = 0; i < 100; i++) {
      step(client, toClient, toServer);
      step(server, toServer, toClient);
      if (client.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
          && server.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
        return new Shaken(client.getSession(), server.getSession());
      }
    }
    throw new AssertionError(
        "no end: " + client.getHandshakeStatus() + ", " + server.getHandshakeStatus());
  }

  private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> engine.getDelegatedTask().run();
        case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN, NOT_HANDSHAKING -> {
          in.flip();
          SSLEngineResult result = engine.unwrap(in, ByteBuffer.allocate(1 << 15));
          in.compact();
          if (result.bytesConsumed() == 0
              && engine.getHandshakeStatus() != HandshakeStatus.NEED_TASK) {
            return;
          }
        }
        case FINISHED -> {
          return;
        }
      }
    }
  }

  private static Shaken between(ArteryTls client, ArteryTls server) throws SSLException {
    return shake(client.createClientSSLEngine("b", 1), server.createServerSSLEngine("a", 2));
  }

  @Test
  void shouldLetInWhoIsOfTheSameAuthority() throws Exception {
    Path other = dir.resolve("other");
    KeyMaker.add(keys, other, List.of("beta"), 90, false);
    ArteryTls a = new ArteryTls(keys);
    ArteryTls b = new ArteryTls(other);
    Shaken shaken = between(a, b);
    assertThat(shaken.client().getProtocol()).isEqualTo("TLSv1.3");
    assertThat(a.verifyClientSession("b", shaken.client()).isEmpty()).isTrue();
    assertThat(b.verifyServerSession("a", shaken.server()).isEmpty()).isTrue();
  }

  @Test
  void shouldRefuseWhoIsOfAnotherAuthorityOnBothSides() throws Exception {
    Path foreign = dir.resolve("foreign");
    KeyMaker.create(foreign, List.of(), 90, false);
    ArteryTls ours = new ArteryTls(keys);
    ArteryTls theirs = new ArteryTls(foreign);
    assertThatThrownBy(() -> between(ours, theirs)).isInstanceOf(SSLException.class);
    assertThatThrownBy(() -> between(theirs, ours)).isInstanceOf(SSLException.class);
    SSLEngine without = KeyFolder.open(keys).client().createSSLEngine("b", 1);
    without.setUseClientMode(true);
    assertThatThrownBy(() -> shake(without, ours.createServerSSLEngine("a", 2)))
        .as("a client without a certificate")
        .isInstanceOf(SSLException.class);
  }

  @Test
  void shouldRefuseAServiceOfTheSameAuthorityThatIsNoNode() throws Exception {
    Path service = dir.resolve("service");
    KeyMaker.add(keys, service, List.of("web"), 90, false);
    X509Certificate ca = Pem.certificates(keys.resolve("ca.crt")).getFirst();
    Authority authority = new Authority(ca, Pem.privateKey(KeyFiles.caKey(keys)));
    Authority.Issued issued = authority.issueTo("CN=web", List.of("web"), 90, Instant.now());
    Files.writeString(service.resolve("tls.crt"), Pem.write(issued.certificate()));
    Files.writeString(service.resolve("tls.key"), Pem.write(issued.key()));
    ArteryTls node = new ArteryTls(keys);
    Shaken shaken = between(node, new ArteryTls(service));
    assertThat(node.verifyClientSession("web", shaken.client()).get())
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("has a certificate for [")
        .hasMessageContaining("web")
        .hasMessageContaining("expected at least one name of [");
  }

  @Test
  void shouldUseReplacedKeysFromTheNextConnectionOn() throws Exception {
    Path other = dir.resolve("other");
    KeyMaker.add(keys, other, List.of("beta"), 90, false);
    ArteryTls a = new ArteryTls(keys);
    ArteryTls b = new ArteryTls(other);
    X509Certificate before = (X509Certificate) between(a, b).client().getPeerCertificates()[0];
    Files.writeString(other.resolve("tls.crt"), "half written");
    assertThat(between(a, b).client().getPeerCertificates()[0])
        .as("what cannot be used changes nothing")
        .isEqualTo(before);
    KeyMaker.add(keys, other, List.of("beta"), 90, true);
    assertThat(between(a, b).client().getPeerCertificates()[0])
        .isEqualTo(Pem.certificates(other.resolve("tls.crt")).getFirst())
        .isNotEqualTo(before);
  }
}
