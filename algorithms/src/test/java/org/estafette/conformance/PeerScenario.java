package org.estafette.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.algorithm.train.ReferenceTrainer;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;

/**
 * One of the settings that the traces of decentralised methods share: where workers start and what
 * their gradients are.
 *
 * @param inputs the file's {@code inputs}
 * @param name {@code fixed} or {@code quad}, then {@code _same} or {@code _diff}
 */
record PeerScenario(JsonNode inputs, String name) {
  int workers() {
    return starts().size();
  }

  int dimension() {
    return starts().get(0).size();
  }

  double rate() {
    return inputs.get("lr").asDouble();
  }

  int rounds() {
    return inputs.get("rounds").asInt();
  }

  private JsonNode starts() {
    return inputs.get(name.endsWith("_same") ? "x_start_same" : "x_start_diff");
  }

  List<FlatVector> start() {
    List<FlatVector> x = new ArrayList<>();
    starts().forEach(row -> x.add(Trace.vector(row)));
    return x;
  }

  /** The gradient of worker i in round t at x. */
  void gradient(int i, long t, FlatVector x, FlatVector into) {
    if (name.startsWith("fixed")) {
      into.copyFrom(Trace.vector(inputs.get("gradient_fixed").get((int) t).get(i)));
      return;
    }
    double[] diagonal = Trace.numbers(inputs.get("quad_diag").get(i));
    double[] center = Trace.numbers(inputs.get("quad_center").get(i));
    for (int k = 0; k < diagonal.length; k++) {
      into.set(k, diagonal[k] * (x.get(k) - center[k]));
    }
  }

  List<ReferenceTrainer> trainers(InnerOptimizer optimizer) {
    List<ReferenceTrainer> trainers = new ArrayList<>();
    for (int i = 0; i < workers(); i++) {
      trainers.add(
          new ReferenceTrainer(dimension(), this::lossAndGradient, step -> rate(), optimizer));
    }
    return trainers;
  }

  private double lossAndGradient(int shard, long step, Float64Vector x, Float64Vector gradient) {
    gradient(shard, step, x, gradient);
    return 0;
  }

  /** The file's lost messages. */
  boolean lost(long round, int from, int to) {
    for (JsonNode edge : inputs.path("lost").path(Long.toString(round))) {
      if (edge.get(0).asInt() == from && edge.get(1).asInt() == to) {
        return true;
      }
    }
    return false;
  }
}
