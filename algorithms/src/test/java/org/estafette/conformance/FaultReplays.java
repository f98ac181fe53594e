package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.View;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.OuterRule;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.outer.StalenessPolicy;
import org.estafette.algorithm.pace.GraceWindow;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.algorithm.pace.ShardChoice;
import org.estafette.algorithm.server.ParameterServer;
import org.estafette.algorithm.server.ServerPlan;
import org.estafette.algorithm.server.ServerState;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.testing.RecordedEffects;

/**
 * Traces of faults: a server restarted from its state, a push that comes twice, one that is lost.
 */
final class FaultReplays {
  private FaultReplays() {}

  /** A server with one worker that has pulled. */
  static final class Rig {
    final ParameterServer server;
    final RecordedEffects effects;
    long sequence = 1;

    Rig(OuterRule rule, double weight, Float64Vector x, ServerState state) {
      effects = new RecordedEffects((int) x.length());
      server =
          new ParameterServer(
              new ServerPlan(
                  1,
                  weight,
                  new StalenessPolicy.Constant(),
                  0,
                  new LocalSteps.Fixed(1),
                  GraceWindow.NONE,
                  new ShardChoice.Own(),
                  new long[] {1},
                  Long.MAX_VALUE,
                  ServerPlan.ScheduleScope.SHARD,
                  0),
              x,
              new LinearOuter(rule, x.length(), Precision.FLOAT64));
      if (state != null) {
        server.restore(state);
      }
      server.on(new Event.Started(new View(PeerId.SERVER, 1, 1, new TreeSet<>()), 0), effects);
      server.on(new Event.Received(new Pull(header(sequence), 1), 0), effects);
    }

    Header header(long sequence) {
      return new Header(1, PeerId.worker(0), 1, sequence, 1, server.version(), 1);
    }

    PseudoGradient push(FlatVector delta) {
      return new PseudoGradient(
          header(++sequence), Lease.unpooled(delta), new RoundReport(1, 1, 1, 0, 0));
    }

    void give(PseudoGradient push) {
      server.on(new Event.Received(push, 0), effects);
    }
  }

  static List<Check> all(Trace t) {
    List<Check> checks = new ArrayList<>();
    t.entry()
        .properties()
        .forEach(e -> {
          Compare c = t.compare("." + e.getKey());
          JsonNode v = e.getValue();
          if (e.getKey().startsWith("server_restart")) {
            restart(c, rule(t, e.getKey()), v);
            checks.add(c.done());
          } else if (e.getKey().startsWith("duplicate_of_push")) {
            duplicate(t, c, e.getKey(), v);
            checks.add(c.done());
          } else if (e.getKey().equals("worker_crash_params")) {
            crash(t, c, v);
            checks.add(c.done());
          } else if (!v.isTextual()) {
            checks.add(
                new Check(
                    c.done().name(), Double.POSITIVE_INFINITY, t.tolerance(), "unknown trace"));
          }
        });
    return checks;
  }

  /** The rule that the name says, with the rates of the rule trace of the same N and c. */
  private static OuterRule rule(Trace t, String name) {
    int n = (int) RunReplays.number(name, "_N([0-9]+)", 1);
    double c = RunReplays.number(name, "_c([0-9.]+)", 0);
    String same = name.replaceFirst(".*(_N[0-9]+_c[0-9.]+).*", "dn$1");
    return new Rules.DelayedNesterov(
        t.elsewhere(same, "lr", 0.7), t.elsewhere(same, "beta", 0.9), n, c);
  }

  private static void restart(Compare c, OuterRule rule, JsonNode v) {
    JsonNode s = v.get("snapshot");
    long counter = s.get("t").asLong();
    FlatVector next = Trace.vector(v.get("next_push"));
    c.vector("correct", v.get("correct"), after(rule, s, counter, true, true, next));
    if (v.has("if_buffer_lost")) {
      c.vector(
          "if_buffer_lost", v.get("if_buffer_lost"), after(rule, s, counter, true, false, next));
    }
    if (v.has("if_counter_lost")) {
      c.vector("if_counter_lost", v.get("if_counter_lost"), after(rule, s, 0, true, true, next));
    }
    if (v.has("if_momentum_lost")) {
      c.vector(
          "if_momentum_lost",
          v.get("if_momentum_lost"),
          after(rule, s, counter, false, true, next));
    }
  }

  /** Parameters after one push to a server restored from that snapshot. */
  private static FlatVector after(
      OuterRule rule, JsonNode s, long counter, boolean momentum, boolean buffer, FlatVector push) {
    Float64Vector x = Trace.vector(s.get("params"));
    SequencedMap<String, FlatVector> vectors = new LinkedHashMap<>();
    vectors.put(ServerState.PARAMETERS, Trace.vector(s.get("params")));
    vectors.put(
        "momentum", momentum ? Trace.vector(s.get("momentum")) : Float64Vector.zeros(x.length()));
    vectors.put("buffer", buffer ? Trace.vector(s.get("buffer")) : Float64Vector.zeros(x.length()));
    ServerState state =
        new ServerState(
            ServerState.SCHEMA,
            0,
            counter,
            counter,
            counter,
            counter,
            0,
            false,
            new long[1],
            List.of(),
            List.of(),
            Double.NaN,
            vectors);
    Rig rig = new Rig(rule, 1, Float64Vector.zeros(x.length()), state);
    rig.give(rig.push(push));
    return rig.server.parameters();
  }

  private static void duplicate(Trace t, Compare c, String name, JsonNode v) {
    int twice = (int) RunReplays.number(name, "push([0-9]+)", 0);
    c.vector("correct", field(v, "correct"), pushes(t, name, twice, true));
    c.vector("wrong", field(v, "wrong"), pushes(t, name, twice, false));
  }

  private static FlatVector pushes(Trace t, String name, int twice, boolean sameSequence) {
    Rig rig = new Rig(rule(t, name), 1, t.start(), null);
    PseudoGradient last = null;
    for (int i = 0; i < twice; i++) {
      last = rig.push(t.delta(i));
      rig.give(last);
    }
    if (sameSequence) {
      rig.give(last);
    } else {
      rig.give(rig.push(last.delta().vector()));
    }
    return rig.server.parameters();
  }

  private static JsonNode field(JsonNode v, String prefix) {
    for (var e : v.properties()) {
      if (e.getKey().startsWith(prefix)) {
        return e.getValue();
      }
    }
    throw new IllegalArgumentException("no field " + prefix + "… in " + v);
  }

  private static void crash(Trace t, Compare c, JsonNode params) {
    JsonNode vanilla = t.file().get("async_vanilla_sgd");
    String sentence = t.entry().get("worker_crash").asText();
    Rig rig =
        new Rig(
            new Rules.Sgd(vanilla.get("lr").asDouble()),
            vanilla.get("weight").asDouble(),
            t.start(),
            null);
    var m = java.util.regex.Pattern.compile("pushes ([0-9,]+)").matcher(sentence);
    if (!m.find()) {
      throw new IllegalArgumentException("worker_crash=" + sentence + " (expected 'pushes 1,2,…')");
    }
    for (String push : m.group(1).split(",")) {
      rig.give(rig.push(t.delta(Integer.parseInt(push) - 1)));
    }
    c.vector("params", params, rig.server.parameters());
  }
}
