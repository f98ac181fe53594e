package org.estafette.actor.cli.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.estafette.actor.manage.FakeRun;
import org.estafette.actor.record.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams that do not end well. */
final class ClientTest {
  @Test
  @Timeout(60)
  void shouldTakeAStreamForDeadThatNotEvenAHeartbeatComesOn() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Thread.ofVirtual()
          .start(() -> {
            try {
              Socket socket = server.accept();
              socket
                  .getOutputStream()
                  .write(
                      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid: 1\n"
                          .getBytes(StandardCharsets.US_ASCII));
            } catch (java.io.IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      try (Client client = client(server.getLocalPort(), Duration.ofSeconds(1))) {
        assertThatThrownBy(() -> client.follow("/estafette/events", lines::add))
            .isInstanceOf(UnreachableException.class)
            .hasMessageContaining("is silent for 1 s");
      }
    }
    assertThat(lines).containsExactly("id: 1");
  }

  @Test
  void shouldSayThatAStreamWasCutOffWhileTheRunGoesOn() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    answer(server, "/estafette/events", "id: 1\n");
    answer(server, "/estafette/run", Json.LINES.writeValueAsString(new FakeRun().status()));
    server.start();
    List<String> lines = new CopyOnWriteArrayList<>();
    try (Client client = client(server.getAddress().getPort(), Duration.ofSeconds(30))) {
      assertThatThrownBy(() -> client.follow("/estafette/events", lines::add))
          .isInstanceOf(UnreachableException.class)
          .hasMessageContaining("cut off");
    } finally {
      server.stop(0);
    }
    assertThat(lines).containsExactly("id: 1");
  }

  @Test
  void shouldNotShowAPasswordAsText() {
    Target target =
        new Target(URI.create("http://127.0.0.1:1"), "", "estafette", "secret", null, null);
    assertThat(target.toString()).contains("estafette").doesNotContain("secret");
  }

  private static Client client(int port, Duration silence) {
    URI url = URI.create("http://127.0.0.1:" + port);
    return new Client(new Target(url, "", "estafette", "", null, null), silence);
  }

  private static void answer(HttpServer server, String path, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    server.createContext(
        path,
        exchange -> {
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }
}
