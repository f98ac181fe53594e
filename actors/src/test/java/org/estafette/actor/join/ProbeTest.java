package org.estafette.actor.join;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.ActorSystem;
import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.estafette.actor.join.Finding.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ProbeTest {
  private static final int PATIENCE = 4000;
  private final Probe plain = new Probe("127.0.0.1", false, PATIENCE);

  private static ServerSocket listen() throws Exception {
    return new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
  }

  private static HostPort at(ServerSocket socket) {
    return new HostPort("127.0.0.1", socket.getLocalPort());
  }

  @Test
  void shouldSayThatANameDoesNotResolve() {
    Finding finding = plain.look(new HostPort("no-such-host.invalid", 25520));
    assertThat(finding.kind()).isEqualTo(Kind.UNRESOLVED);
    assertThat(finding.sentence()).contains("does not resolve", "expected", "getent hosts");
  }

  @Test
  void shouldSayThatNothingListens() throws Exception {
    HostPort nobody;
    try (ServerSocket socket = listen()) {
      nobody = at(socket);
    }
    Finding finding = plain.look(nobody);
    assertThat(finding.kind()).isEqualTo(Kind.REFUSED);
    assertThat(finding.sentence()).contains("refuses the connection", "estafette train");
  }

  @Test
  void shouldSayThatNothingComesBack() throws Exception {
    // A listener whose queue is full drops what else comes, as a firewall does.
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        Socket first = new Socket();
        Socket second = new Socket()) {
      InetSocketAddress address = new InetSocketAddress("127.0.0.1", socket.getLocalPort());
      first.connect(address);
      second.connect(address);
      Finding finding = new Probe("127.0.0.1", false, 300).look(at(socket));
      assertThat(finding.kind()).isEqualTo(Kind.SILENT);
      assertThat(finding.sentence()).contains("does not answer within", "firewall");
    }
  }

  @Test
  void shouldTellAnHttpServerFromANode() throws Exception {
    HttpServer http = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    http.start();
    try {
      Finding finding = plain.look(new HostPort("127.0.0.1", http.getAddress().getPort()));
      assertThat(finding.kind()).isEqualTo(Kind.NOT_A_NODE);
      assertThat(finding.sentence()).contains("no node of Estafette", "after \"join\"");
    } finally {
      http.stop(0);
    }
  }

  @Test
  void shouldTellAServerThatSpeaksFirstFromANode() throws Exception {
    try (ServerSocket socket = listen()) {
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            while (!socket.isClosed()) {
              try (Socket s = socket.accept()) {
                s.getOutputStream().write("SSH-2.0-x\r\n".getBytes(StandardCharsets.US_ASCII));
              } catch (java.io.IOException e) {
                return;
              }
            }
          });
      assertThat(plain.look(at(socket)).kind()).isEqualTo(Kind.NOT_A_NODE);
    }
  }

  @Test
  void shouldKnowANodesPortAndMissItsTls() throws Exception {
    ActorSystem system =
        ActorSystem.create(
            "estafette",
            ConfigFactory.parseString(
                    "akka { loglevel = OFF, stdout-loglevel = OFF,"
                        + " remote.artery.canonical { hostname = 127.0.0.1, port = 0 } }")
                .withFallback(ConfigFactory.parseResources("estafette-akka.conf"))
                .withFallback(ConfigFactory.defaultReference())
                .resolve());
    try {
      int port =
          (Integer)
              ((akka.actor.ExtendedActorSystem) system).provider().getDefaultAddress().port().get();
      HostPort node = new HostPort("127.0.0.1", port);
      assertThat(plain.look(node)).satisfies(f -> assertThat(f.well()).as(f.sentence()).isTrue());
      Finding secured = new Probe("127.0.0.1", true, PATIENCE).look(node);
      assertThat(secured.kind()).isEqualTo(Kind.TLS_HERE);
      assertThat(secured.sentence()).contains("security.keys");
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldNameTheAddressThatANodesManagementTells() throws Exception {
    HttpServer http = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    http.createContext(
        "/cluster/members",
        exchange -> {
          byte[] body =
              "{\"members\":[],\"selfNode\":\"akka://estafette@10.1.2.3:25520\"}"
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    http.start();
    try {
      assertThat(SelfNode.ask("127.0.0.1", http.getAddress().getPort(), PATIENCE))
          .isEqualTo(Optional.of("10.1.2.3:25520"));
    } finally {
      http.stop(0);
    }
    try (ServerSocket socket = listen()) {
      int closed = socket.getLocalPort();
      socket.close();
      assertThat(SelfNode.ask("127.0.0.1", closed, PATIENCE)).isEmpty();
    }
  }
}
