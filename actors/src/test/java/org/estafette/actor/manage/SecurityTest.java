package org.estafette.actor.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.OptionalInt;
import javax.net.ssl.SSLHandshakeException;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.security.KeyFolder;
import org.estafette.actor.security.KeyMaker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in. */
final class SecurityTest {
  @TempDir Path folder;

  @Test
  void shouldAnswerNothingWithoutThePasswordAndChangeNothing() throws Exception {
    FakeRun run = new FakeRun();
    Path password = Files.writeString(folder.resolve("password"), "correct horse\n");
    try (FakeNode node =
        FakeNode.of(
            FakeNode.settings(true, OptionalInt.of(0), password.toString()),
            FakeNode.NO_KEYS,
            run)) {
      for (Endpoint e : node.management.endpoints()) {
        for (String credentials :
            new String[] {
              "", "estafette:wrong", "estafette:", ":correct horse", "other:correct horse"
            }) {
          HttpRequest.Builder request =
              node.request(e.path())
                  .header("Content-Type", "application/json")
                  .method(e.method(), HttpRequest.BodyPublishers.ofString("{\"tokens\": 1}"));
          if (!credentials.isEmpty()) {
            request.header("Authorization", basic(credentials));
          }
          HttpResponse<String> answer = node.send(request);
          assertThat(answer.statusCode()).as("%s %s", e, credentials).isEqualTo(401);
          assertThat(answer.headers().firstValue("WWW-Authenticate"))
              .hasValueSatisfying(h -> assertThat(h).startsWith("Basic realm="));
        }
      }
      for (String path : new String[] {"/cluster/members", "/cluster/domain-events", "/nowhere"}) {
        assertThat(node.get(path).statusCode()).as(path).isEqualTo(401);
      }
      assertThat(run.asked).isEmpty();
      HttpRequest.Builder right =
          node.request("/estafette/run/pause")
              .header("Authorization", basic("estafette:correct horse"))
              .POST(HttpRequest.BodyPublishers.noBody());
      assertThat(node.send(right).statusCode()).isEqualTo(200);
      assertThat(run.asked).containsExactly("pause by estafette, management at 127.0.0.1");
      assertThat(node.get("/alive").statusCode()).as("probes have no password").isEqualTo(200);
    }
  }

  @Test
  void shouldSpeakTlsAndAskForThePasswordOfTheKeyFolder() throws Exception {
    Path keys = folder.resolve("keys");
    KeyMaker.create(keys, java.util.List.of("127.0.0.1"), 30, false);
    RunConfig.Management all =
        new RunConfig.Management(true, "0.0.0.0", OptionalInt.of(0), true, "estafette", "");
    FakeRun run = new FakeRun();
    try (FakeNode node = FakeNode.of(all, new RunConfig.Security(keys.toString()), run)) {
      assertThat(node.management.url()).startsWith("https://127.0.0.1:");
      try (HttpClient trusting =
          HttpClient.newBuilder().sslContext(KeyFolder.open(keys).client()).build()) {
        HttpRequest.Builder pause = pause(node);
        assertThat(send(trusting, pause).statusCode()).isEqualTo(401);
        assertThat(run.asked).isEmpty();
        pause.header(
            "Authorization", basic("estafette:" + KeyFolder.open(keys).managementPassword()));
        assertThat(send(trusting, pause).statusCode()).isEqualTo(200);
        assertThat(run.asked).hasSize(1);
      }
      assertThatThrownBy(() -> node.get("/estafette/run"))
          .as("the authority is not one that everybody trusts")
          .isInstanceOf(SSLHandshakeException.class);
    }
  }

  private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request)
      throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void shouldRefuseToListenToOthersWithoutKeys() {
    for (String host : new String[] {"0.0.0.0", "::", "192.0.2.7"}) {
      RunConfig.Management config =
          new RunConfig.Management(true, host, OptionalInt.of(0), false, "estafette", "");
      assertThatThrownBy(() -> Management.check(config, FakeNode.NO_KEYS))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("management.host = " + host)
          .hasMessageContaining("security.keys");
    }
  }

  @Test
  void shouldRefuseAUserThatBasicAuthenticationCannotName() {
    RunConfig.Management config =
        new RunConfig.Management(true, "127.0.0.1", OptionalInt.of(0), false, "a:b", "");
    assertThatThrownBy(() -> Management.check(config, FakeNode.NO_KEYS))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("management.user = a:b");
  }

  @Test
  void shouldRefuseAPasswordFileThatIsMissingOrEmpty() throws Exception {
    Path empty = Files.writeString(folder.resolve("empty"), "\n");
    for (Path file : new Path[] {folder.resolve("missing"), empty}) {
      assertThatThrownBy(() ->
              Management.check(
                  FakeNode.settings(false, OptionalInt.of(0), file.toString()), FakeNode.NO_KEYS))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("password-file = " + file);
    }
  }

  @Test
  void shouldRefuseAPortThatIsTakenAndAvoidOneThatNobodyAskedFor() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() ->
              FakeNode.of(
                  FakeNode.settings(false, OptionalInt.of(taken.getLocalPort()), ""),
                  FakeNode.NO_KEYS,
                  new FakeRun()))
          .isInstanceOf(PortTakenException.class)
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageContaining("management.port");
    }
    RunConfig.Management auto = FakeNode.settings(false, OptionalInt.empty(), "");
    try (FakeNode first = FakeNode.of(auto, FakeNode.NO_KEYS, new FakeRun());
        FakeNode second = FakeNode.of(auto, FakeNode.NO_KEYS, new FakeRun())) {
      assertThat(first.management.url()).isNotEqualTo(second.management.url());
      assertThat(second.get("/alive").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldRefuseWhatAPageFromElsewherePosts() throws Exception {
    FakeRun run = new FakeRun();
    try (FakeNode node = FakeNode.withRun(run, true)) {
      String own = node.management.url();
      for (String origin :
          new String[] {"http://example.com", "null", own + "1", own.replace("http:", "https:")}) {
        HttpResponse<String> answer = node.send(pause(node).header("Origin", origin));
        assertThat(answer.statusCode()).as(origin).isEqualTo(403);
      }
      assertThat(node.send(pause(node).header("Sec-Fetch-Site", "cross-site")).statusCode())
          .isEqualTo(403);
      assertThat(run.asked).isEmpty();
      assertThat(node.send(pause(node).header("Origin", own)).statusCode()).isEqualTo(200);
      assertThat(run.asked).hasSize(1);
    }
  }

  @Test
  void shouldRefuseANameThatOnlyLeadsHere() throws Exception {
    try (FakeNode node = FakeNode.withRun(new FakeRun(), false)) {
      assertThat(raw(node, "evil.example.com")).startsWith("HTTP/1.1 421 ");
      assertThat(raw(node, "localhost.evil.example.com")).startsWith("HTTP/1.1 421 ");
      assertThat(raw(node, "localhost")).startsWith("HTTP/1.1 200 ");
      assertThat(raw(node, "127.0.0.1:" + node.uri("/").getPort())).startsWith("HTTP/1.1 200 ");
    }
  }

  /** The JDK's client sets the Host header itself. */
  private static String raw(FakeNode node, String host) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", node.uri("/").getPort())) {
      OutputStream out = socket.getOutputStream();
      String request =
          "GET /estafette/run HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static HttpRequest.Builder pause(FakeNode node) {
    return node.request("/estafette/run/pause").POST(HttpRequest.BodyPublishers.noBody());
  }

  static String basic(String credentials) {
    return "Basic "
        + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }
}
