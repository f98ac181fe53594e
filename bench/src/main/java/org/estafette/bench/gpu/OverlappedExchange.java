package org.estafette.bench.gpu;

import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.device.Device;
import org.estafette.device.PendingCopy;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.jspecify.annotations.Nullable;

/**
 * As {@link Exchange}, with a worker that goes on while its push travels ({@code
 * exchange.overlap}): the pseudo-gradient leaves and the answer comes beside the next round's
 * steps.
 */
final class OverlappedExchange {
  private final DeviceTrainer trainer;
  private final Exchange.End server;
  private final Exchange.End worker;
  private @Nullable Lease delta;
  private PendingCopy leaving = PendingCopy.DONE;
  private @Nullable Lease base;
  private PendingCopy coming = PendingCopy.DONE;
  private boolean based = true;

  private OverlappedExchange(DeviceTrainer trainer, Exchange.End server, Exchange.End worker) {
    this.trainer = trainer;
    this.server = server;
    this.worker = worker;
  }

  /** Tokens a second over rounds of {@code steps} local steps; one before those measured. */
  static double tokensPerSecond(Device device, Gpt2 model, int rounds, int steps) {
    try (DeviceTrainer trainer = model.trainer(device, true);
        Exchange.End server = new Exchange.End(null, trainer.dimension());
        Exchange.End worker = new Exchange.End(server, trainer.dimension())) {
      Float32Vector parameters = model.start(device);
      LinearOuter outer =
          new LinearOuter(new Rules.Nesterov(0.7, 0.9), trainer.dimension(), Precision.FLOAT32);
      Thread serving = Exchange.serve(server, worker, parameters, outer);
      try {
        double seconds =
            new OverlappedExchange(trainer, server, worker).rounds(device, rounds, steps);
        return (double) rounds * steps * model.tokensPerStep() / seconds;
      } finally {
        serving.interrupt();
        Exchange.join(serving);
      }
    }
  }

  private double rounds(Device device, int rounds, int steps) {
    long began = 0;
    for (int r = -1; r < rounds; r++) {
      if (r == 0) {
        began = System.nanoTime();
      }
      trainer.train(Gpt2.order(steps, (long) (r + 1) * steps), this::betweenSteps);
      depart();
      if (!based) {
        bring(base == null ? worker.next() : base);
        rebase();
      }
      Lease lease = worker.pool.lease();
      leaving = trainer.startPseudoGradient(lease.vector());
      delta = lease;
      trainer.goOn();
      based = false;
    }
    device.synchronize();
    double seconds = (System.nanoTime() - began) / 1e9;
    depart();
    worker.next().close();
    return seconds;
  }

  private boolean betweenSteps() {
    if (delta != null && leaving.arrived()) {
      depart();
    }
    if (delta == null && base == null && !based) {
      Lease answer = worker.incoming.poll();
      if (answer != null) {
        bring(answer);
      }
    }
    if (base != null && coming.arrived()) {
      rebase();
    }
    return false;
  }

  private void depart() {
    if (delta != null) {
      leaving.await();
      worker.send(server, delta);
      delta = null;
    }
  }

  private void bring(Lease answer) {
    if (base == null) {
      base = answer;
      coming = trainer.bring(answer.vector());
    }
  }

  private void rebase() {
    if (base != null) {
      coming.await();
      trainer.rebase();
      base.close();
      base = null;
      based = true;
    }
  }
}
