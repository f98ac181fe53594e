package org.estafette.actor.manage;

import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.stream.BoundedSourceQueue;
import akka.stream.QueueOfferResult;
import akka.stream.SharedKillSwitch;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.estafette.actor.live.LiveEvent;
import org.estafette.actor.live.RunStatus;
import org.estafette.actor.live.RunView;
import org.estafette.actor.record.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's events as they happen (server-sent events): the name is the metric's type, the id the
 * event's, the data the line of {@code metrics.jsonl}.
 *
 * <p>Who reads too slowly is cut off when {@link #WAITING} events wait for it, and comes back with
 * the id of the last one it saw; the run is never held up.
 */
final class EventStream {
  /**
   * Events that may wait for one reader: the 4096 that a run keeps, which a reader may ask for all
   * at once, and some that happen meanwhile. Who is further behind has missed some anyway.
   */
  static final int WAITING = 4096 + 256;

  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);
  private static final ByteString BEAT = ByteString.fromString(": heartbeat\n\n");

  private final RunView view;

  private record Hello(String run, long next) {}

  private final SharedKillSwitch end;

  /**
   * @param end ends all streams in good order
   */
  EventStream(RunView view, SharedKillSwitch end) {
    this.view = view;
    this.end = end;
  }

  HttpResponse answer(Call call) {
    long next = view.history(2).next();
    RunStatus status = view.status();
    long last = lastSeen(call, next);
    Source<ByteString, ?> events =
        Source.<LiveEvent>queue(WAITING)
            .mapMaterializedValue(queue -> follow(queue, last))
            .watchTermination((following, ended) -> {
              ended.whenComplete((done, failure) -> close(following));
              return following;
            })
            .map(EventStream::frame);
    return HttpResponse.create()
        .withEntity(
            HttpEntities.createChunked(
                MediaTypes.TEXT_EVENT_STREAM.toContentType(),
                Source.single(hello(status.run(), next))
                    .concat(events)
                    .keepAlive(HEARTBEAT, () -> BEAT)
                    .via(end.flow())))
        .addHeader(RawHeader.create("Cache-Control", "no-store"))
        // Proxies that collect answers would collect for ever.
        .addHeader(RawHeader.create("X-Accel-Buffering", "no"));
  }

  private AutoCloseable follow(BoundedSourceQueue<LiveEvent> queue, long last) {
    return Following.follow(
        view,
        last,
        "a reader of events",
        event -> {
          if (queue.offer(event) == QueueOfferResult.dropped()) {
            LOG.info("a reader of events is too slow, and is cut off at event {}", event.id());
            queue.complete();
          }
        });
  }

  private static void close(AutoCloseable following) {
    try {
      following.close();
    } catch (Exception e) {
      LOG.warn("a reader of events could not be let go", e);
    }
  }

  /**
   * Id of the last event that the reader knows. One that this run has not reached yet is from
   * another run on the same port: the reader is told by the greeting, and gets new events only.
   */
  private static long lastSeen(Call call, long next) {
    String given = call.header("Last-Event-ID").or(() -> call.query("after")).orElse("").strip();
    if (given.isEmpty()) {
      return -1;
    }
    if (!given.matches("[0-9]{1,18}")) {
      throw new ProblemException(
          400, "last event id " + given + " (expected the id of an event, a whole number)");
    }
    long last = Long.parseLong(given);
    return last < next ? last : -1;
  }

  /** Says which run this is, so that a page that comes back knows whether to begin anew. */
  private static ByteString hello(String run, long next) {
    return ByteString.fromString(
        "retry: 2000\nevent: hello\ndata: " + json(new Hello(run, next)) + "\n\n");
  }

  private static ByteString frame(LiveEvent event) {
    String data = json(event.metric());
    String type =
        switch (event.metric()) {
          case org.estafette.actor.record.Metric.ProgressPoint p -> "progress";
          case org.estafette.actor.record.Metric.PushRecord p -> "push";
          case org.estafette.actor.record.Metric.WorkerEvent e -> "worker";
          case org.estafette.actor.record.Metric.RunEvent e -> "run";
          case org.estafette.actor.record.Metric.FaultRecord e -> "fault";
        };
    return ByteString.fromString(
        "id: " + event.id() + "\nevent: " + type + "\ndata: " + data + "\n\n");
  }

  private static String json(Object value) {
    try {
      return Json.LINES.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
