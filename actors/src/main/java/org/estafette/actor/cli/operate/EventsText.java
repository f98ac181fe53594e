package org.estafette.actor.cli.operate;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Locale;
import java.util.function.Consumer;
import org.estafette.actor.record.Json;
import org.estafette.actor.record.Metric;
import org.estafette.actor.record.Numbers;

/** Lines of a stream of events, as lines for people or as the JSON that they carry. */
public final class EventsText implements Consumer<String> {
  private final boolean json;
  private final Consumer<String> out;
  private String name = "";

  /**
   * @param json whether the data go out as they are
   */
  public EventsText(boolean json, Consumer<String> out) {
    this.json = json;
    this.out = out;
  }

  @Override
  public void accept(String line) {
    if (line.startsWith("event: ")) {
      name = line.substring("event: ".length());
    } else if (line.startsWith("data: ") && !name.equals("hello")) {
      String data = line.substring("data: ".length());
      out.accept(json ? data : text(data));
    }
  }

  private static String text(String data) {
    Metric metric;
    try {
      metric = Json.LINES.readValue(data, Metric.class);
    } catch (JsonProcessingException e) {
      // Of a later release.
      return data;
    }
    String what =
        switch (metric) {
          case Metric.ProgressPoint p ->
              String.format(
                  Locale.ROOT,
                  "progress  %s tokens, loss %s%s, %s/s, %d workers, version %d",
                  Numbers.count(p.tokens()),
                  Numbers.loss(p.trainLoss()),
                  p.validationLoss() == null
                      ? ""
                      : ", validation " + Numbers.loss(p.validationLoss()),
                  Numbers.count(p.tokensPerSecond()),
                  p.workers(),
                  p.version());
          case Metric.PushRecord p ->
              String.format(
                  Locale.ROOT,
                  "%s  round %d %s%s, %d steps in %s, staleness %d, loss %s",
                  p.worker(),
                  p.round(),
                  p.outcome().json(),
                  p.reason() == null ? "" : " (" + p.reason() + ")",
                  p.steps(),
                  Numbers.duration(p.roundSeconds()),
                  p.staleness(),
                  Numbers.loss(p.loss()));
          case Metric.WorkerEvent e -> e.worker() + "  " + e.kind().json() + ": " + e.reason();
          case Metric.RunEvent e -> "run  " + e.kind().json() + ": " + e.text();
          case Metric.FaultRecord e ->
              "fault " + e.id() + "  " + e.kind() + " " + e.phase() + ": " + e.reason();
        };
    return String.format(Locale.ROOT, "%8.1f s  %s", metric.seconds(), what);
  }
}
