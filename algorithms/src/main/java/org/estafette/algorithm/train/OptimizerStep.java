package org.estafette.algorithm.train;

import java.util.ArrayList;
import java.util.List;
import org.estafette.device.Device;
import org.estafette.device.DeviceVector;
import org.estafette.memory.Layout;
import org.estafette.memory.TensorSpec;

/** An inner optimizer's step over a trainer's vectors, with its slices cut once. */
abstract class OptimizerStep {
  abstract void apply(double rate, long step, double gradientScale);

  static OptimizerStep of(
      Device device,
      InnerOptimizer optimizer,
      Layout layout,
      DeviceVector x,
      DeviceVector g,
      DeviceVector[] moments) {
    return switch (optimizer) {
      case InnerOptimizer.Sgd sgd ->
          new OptimizerStep() {
            @Override
            void apply(double rate, long step, double gradientScale) {
              device.sgdStep(x, g, rate, sgd.weightDecay(), gradientScale);
            }
          };
      case InnerOptimizer.Momentum m ->
          new OptimizerStep() {
            @Override
            void apply(double rate, long step, double gradientScale) {
              device.momentumStep(
                  x,
                  moments[0],
                  g,
                  rate * m.gain(),
                  m.momentum(),
                  m.nesterov(),
                  m.weightDecay() * m.intake(),
                  gradientScale * m.intake());
            }
          };
      case InnerOptimizer.AdamW adam ->
          new AdamWStep(device, adam, runs(adam, layout), x, g, moments[0], moments[1]);
    };
  }

  /** Neighbouring tensors of one weight decay, as runs of the flat vector. */
  private static List<Run> runs(InnerOptimizer.AdamW adam, Layout layout) {
    if (!adam.decayMatricesOnly() || adam.weightDecay() == 0) {
      return List.of(new Run(0, layout.length(), adam.weightDecay()));
    }
    List<Run> runs = new ArrayList<>();
    List<TensorSpec> tensors = layout.tensors();
    for (int i = 0; i < tensors.size(); i++) {
      TensorSpec t = tensors.get(i);
      long end = i + 1 < tensors.size() ? tensors.get(i + 1).offset() : layout.length();
      double decay = t.shape().size() >= 2 ? adam.weightDecay() : 0;
      if (!runs.isEmpty() && runs.getLast().decay() == decay) {
        Run last = runs.removeLast();
        runs.add(new Run(last.from(), end, decay));
      } else {
        runs.add(new Run(t.offset(), end, decay));
      }
    }
    return runs;
  }

  private record Run(long from, long to, double decay) {
    DeviceVector of(DeviceVector v) {
      return v.slice(from, to - from);
    }
  }

  private static final class AdamWStep extends OptimizerStep {
    private final Device device;
    private final InnerOptimizer.AdamW adam;
    private final double[] decays;
    private final DeviceVector[] x;
    private final DeviceVector[] g;
    private final DeviceVector[] m;
    private final DeviceVector[] v;

    AdamWStep(
        Device device,
        InnerOptimizer.AdamW adam,
        List<Run> runs,
        DeviceVector x,
        DeviceVector g,
        DeviceVector m,
        DeviceVector v) {
      this.device = device;
      this.adam = adam;
      this.decays = runs.stream().mapToDouble(Run::decay).toArray();
      this.x = cut(runs, x);
      this.g = cut(runs, g);
      this.m = cut(runs, m);
      this.v = cut(runs, v);
    }

    private static DeviceVector[] cut(List<Run> runs, DeviceVector vector) {
      return runs.stream().map(run -> run.of(vector)).toArray(DeviceVector[]::new);
    }

    @Override
    void apply(double rate, long step, double gradientScale) {
      for (int i = 0; i < x.length; i++) {
        device.adamWStep(
            x[i],
            m[i],
            v[i],
            g[i],
            rate,
            adam.beta1(),
            adam.beta2(),
            adam.epsilon(),
            decays[i],
            step,
            gradientScale);
      }
    }
  }
}
