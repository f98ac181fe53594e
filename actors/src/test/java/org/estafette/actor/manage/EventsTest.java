package org.estafette.actor.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.estafette.actor.record.Metric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events as they happen. */
final class EventsTest {
  @Test
  void shouldSendEachEventUnderItsNameAndNumber() throws Exception {
    FakeRun run = new FakeRun();
    try (FakeNode node = FakeNode.withRun(run, false);
        BufferedReader events = open(node, "/estafette/events", "")) {
      assertThat(next(events)).contains("event: hello").anyMatch(l -> l.contains("\"1f3a\""));
      await().until(() -> run.followers.size() == 2); // the metrics follow too
      run.publish(new Metric.RunEvent(9, Metric.RunKind.PAUSED, "by a person"));
      run.publish(FakeRun.point(10));
      List<String> paused = next(events);
      assertThat(paused).contains("id: 8", "event: run");
      assertThat(paused.get(2))
          .isEqualTo(
              "data: {\"type\":\"run\",\"seconds\":9.0,\"kind\":\"paused\",\"text\":\"by a"
                  + " person\"}");
      assertThat(next(events)).contains("id: 9", "event: progress");
    }
  }

  @Test
  void shouldGoOnAfterTheLastEventThatTheReaderSaw() throws Exception {
    FakeRun run = new FakeRun();
    try (FakeNode node = FakeNode.withRun(run, false)) {
      try (BufferedReader events = open(node, "/estafette/events", "5")) {
        next(events);
        assertThat(next(events)).contains("id: 6", "event: progress");
        assertThat(next(events)).contains("id: 7", "event: run");
      }
      try (BufferedReader events = open(node, "/estafette/events?after=6", "")) {
        next(events);
        assertThat(next(events)).contains("id: 7");
      }
      HttpResponse<String> wrong = node.get("/estafette/events?after=yesterday");
      assertThat(wrong.statusCode()).isEqualTo(400);
    }
  }

  @Test
  void shouldSendOnlyWhatIsNewToAReaderThatComesFromAnotherRun() throws Exception {
    FakeRun run = new FakeRun();
    try (FakeNode node = FakeNode.withRun(run, false);
        BufferedReader events = open(node, "/estafette/events", "5000")) {
      next(events);
      await().until(() -> run.followers.size() == 2);
      run.publish(FakeRun.point(10));
      assertThat(next(events)).contains("id: 8");
    }
  }

  @Test
  void shouldLetGoOfAReaderThatLeaves() throws Exception {
    FakeRun run = new FakeRun();
    try (FakeNode node = FakeNode.withRun(run, false)) {
      try (Socket reader = request(node)) {
        await().until(() -> run.followers.size() == 2);
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> {
            run.publish(FakeRun.point(11));
            return run.followers.size() == 1;
          });
    }
  }

  @Test
  @Timeout(120)
  void shouldCutOffAReaderThatIsTooSlowAndNeverWaitForIt() throws Exception {
    FakeRun run = new FakeRun();
    try (FakeNode node = FakeNode.withRun(run, false);
        Socket reader = request(node)) {
      await().until(() -> run.followers.size() == 2);
      // Nobody reads: the sockets' buffers fill first, then what waits.
      long published = 8L * EventStream.WAITING;
      for (long i = 0; i < published; i++) {
        run.publish(FakeRun.push(20, "worker-0", i, 1, Metric.Outcome.ACCEPTED, null));
      }
      // Whoever reads on now gets what had been kept for it, and then the end.
      InputStream in = reader.getInputStream();
      reader.setSoTimeout(30_000);
      long bytes = 0;
      byte[] buffer = new byte[65536];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        bytes += n;
      }
      // An event has more than 200 bytes: had all of them come, there would be as many.
      assertThat(bytes).isPositive().isLessThan(200 * published);
      await().until(() -> run.followers.size() == 1);
      assertThat(node.get("/estafette/run").statusCode()).isEqualTo(200);
    }
  }

  private static Socket request(FakeNode node) throws Exception {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new java.net.InetSocketAddress("127.0.0.1", node.uri("/").getPort()));
    socket
        .getOutputStream()
        .write(
            "GET /estafette/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static BufferedReader open(FakeNode node, String path, String lastEventId)
      throws Exception {
    var request = node.request(path);
    if (!lastEventId.isEmpty()) {
      request.header("Last-Event-ID", lastEventId);
    }
    HttpResponse<InputStream> answer =
        node.client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(t -> assertThat(t).startsWith("text/event-stream"));
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  /** The lines of the next event; comments are skipped. */
  private static List<String> next(BufferedReader events) throws Exception {
    List<String> lines = new ArrayList<>();
    for (String line = events.readLine(); line != null; line = events.readLine()) {
      if (line.isEmpty() && !lines.isEmpty()) {
        return lines;
      }
      if (!line.isEmpty() && !line.startsWith(":")) {
        lines.add(line);
      }
    }
    throw new AssertionError("the stream ended after " + lines);
  }
}
