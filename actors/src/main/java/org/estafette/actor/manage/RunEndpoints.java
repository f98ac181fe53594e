package org.estafette.actor.manage;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import akka.stream.SharedKillSwitch;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import java.util.List;
import org.estafette.actor.live.RunView;

/** What can be known of a run. */
final class RunEndpoints {
  /** Points of the history where none are asked for. */
  private static final int POINTS = 400;

  private static final int MOST_POINTS = 10_000;

  private final RunView view;

  private RunEndpoints(RunView view) {
    this.view = view;
  }

  /**
   * @param end ends streams of events
   */
  static List<Endpoint> of(RunView view, SharedKillSwitch end) {
    RunEndpoints r = new RunEndpoints(view);
    return List.of(
        Endpoint.get("/estafette/run", call -> Answers.json(view.status())),
        Endpoint.get("/estafette/workers", call -> Answers.json(view.workers())),
        Endpoint.get("/estafette/topology", call -> Answers.json(view.topology())),
        Endpoint.get("/estafette/faults", call -> Answers.json(view.faults())),
        Endpoint.get("/estafette/history", r::history),
        Endpoint.get("/estafette/config", r::config),
        Endpoint.get("/estafette/events", new EventStream(view, end)::answer));
  }

  private HttpResponse history(Call call) {
    int points = POINTS;
    String asked = call.query("points").orElse("");
    if (!asked.isEmpty()) {
      points = asked.matches("[0-9]{1,6}") ? Integer.parseInt(asked) : 0;
      if (points < 2 || points > MOST_POINTS) {
        throw new ProblemException(
            400, "points=" + asked + " (expected a whole number, 2 … " + MOST_POINTS + ")");
      }
    }
    return Answers.json(view.history(points));
  }

  private HttpResponse config(Call call) {
    ConfigObject shown = ShownConfig.of(view.config());
    if (!call.header("Accept").orElse("").contains("application/json")) {
      return Answers.text(
          ContentTypes.TEXT_PLAIN_UTF8,
          shown.render(ConfigRenderOptions.defaults().setOriginComments(false).setJson(false)));
    }
    return Answers.text(ContentTypes.APPLICATION_JSON, shown.render(ConfigRenderOptions.concise()));
  }
}
