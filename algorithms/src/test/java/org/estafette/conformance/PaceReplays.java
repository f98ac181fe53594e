package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.algorithm.pace.ShardChoice;
import org.estafette.algorithm.schedule.WarmupCosine;
import org.estafette.algorithm.streaming.StreamingFragments;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;

/** Traces of pace: local steps, shards, schedules, streaming fragments. */
final class PaceReplays {
  private PaceReplays() {}

  static List<Check> dylu(Trace t) {
    List<Check> checks = new ArrayList<>();
    int row = 0;
    for (JsonNode e : t.entry()) {
      double[] speeds =
          e.has("speeds_steps_per_s")
              ? Trace.numbers(e.get("speeds_steps_per_s"))
              : Arrays.stream(Trace.numbers(e.get("sec_per_step"))).map(s -> 1 / s).toArray();
      double fastest = Arrays.stream(speeds).max().orElseThrow();
      LocalSteps dynamic = new LocalSteps.Dynamic(e.get("H").asInt(), 1);
      double[] steps = Arrays.stream(speeds).map(v -> dynamic.steps(v, fastest)).toArray();
      Compare c = t.compare("[" + row++ + "]");
      c.vector("steps", e.get("steps"), steps);
      if (e.has("round_time")) {
        double[] times = new double[steps.length];
        Arrays.setAll(times, i -> steps[i] / speeds[i]);
        c.vector("round_time", e.get("round_time"), times);
      }
      checks.add(c.done());
    }
    return checks;
  }

  static List<Check> schedule(Trace t) {
    JsonNode e = t.entry();
    WarmupCosine lr =
        new WarmupCosine(
            e.get("T").asDouble(),
            e.get("warmup").asDouble(),
            e.get("max").asDouble(),
            e.get("min").asDouble());
    Compare c = t.compare();
    e.get("values")
        .properties()
        .forEach(
            v -> c.number("t=" + v.getKey(), v.getValue(), lr.at(Double.parseDouble(v.getKey()))));
    return List.of(c.done());
  }

  static List<Check> shards(Trace t) {
    List<Check> checks = new ArrayList<>();
    int row = 0;
    for (JsonNode e : t.entry()) {
      Compare c = t.compare("[" + row++ + "]");
      c.vector(
          "p",
          e.get("p"),
          ShardChoice.probabilities(Trace.longs(e.get("sizes")), Trace.longs(e.get("progress"))));
      checks.add(c.done());
    }
    return checks;
  }

  /** One worker whose every scalar decreases by a fixed amount a step. */
  static List<Check> streaming(Trace t) {
    List<Check> checks = new ArrayList<>();
    int row = 0;
    for (JsonNode e : t.entry()) {
      Compare c = t.compare("[" + row++ + "]");
      int fragments = e.get("F").asInt();
      JsonNode steps = e.get("local_after_each_step");
      double decrease = decrease(e.get("inner_step").asText());
      List<FlatVector> global = new ArrayList<>();
      List<FlatVector> local = new ArrayList<>();
      for (int f = 0; f < fragments; f++) {
        global.add(Float64Vector.of(steps.get(0).get(f).asDouble()));
        local.add(Float64Vector.of(steps.get(0).get(f).asDouble()));
      }
      StreamingFragments streaming =
          new StreamingFragments(
              global,
              new Rules.Nesterov(e.get("lr").asDouble(), e.get("beta").asDouble()),
              e.get("sync_every").asInt(),
              e.get("delay").asInt(),
              e.get("alpha").asDouble());
      Float64Vector delta = Float64Vector.zeros(1);
      for (int step = 1; step < steps.size(); step++) {
        for (FlatVector l : local) {
          l.set(0, l.get(0) - decrease);
        }
        int launching = streaming.launching(step);
        if (launching >= 0) {
          streaming.pseudoGradient(launching, local.get(launching), delta);
          streaming.apply(launching, delta);
        }
        int merging = streaming.merging(step);
        if (merging >= 0) {
          streaming.merge(merging, local.get(merging));
        }
        for (int f = 0; f < fragments; f++) {
          c.number("step " + step + " fragment " + f, steps.get(step).get(f), local.get(f).get(0));
        }
      }
      for (int f = 0; f < fragments; f++) {
        c.number("global " + f, e.get("global").get(f), streaming.global(f).get(0));
        c.number("momentum " + f, e.get("momentum").get(f), streaming.momentum(f).get(0));
      }
      checks.add(c.done());
    }
    return checks;
  }

  private static double decrease(String sentence) {
    var m = java.util.regex.Pattern.compile("decreases by ([0-9.eE+-]+)").matcher(sentence);
    if (!m.find()) {
      throw new IllegalArgumentException(
          "inner_step=" + sentence + " (expected '… decreases by NUMBER …')");
    }
    return Double.parseDouble(m.group(1));
  }
}
