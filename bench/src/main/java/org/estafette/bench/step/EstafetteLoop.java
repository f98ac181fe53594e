package org.estafette.bench.step;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.BooleanSupplier;
import org.estafette.algorithm.model.Gpt;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.algorithm.train.InnerOptimizer;
import org.estafette.algorithm.train.LearningRate;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainerOptions;
import org.estafette.device.Device;
import org.estafette.device.Devices;
import org.estafette.memory.Float32Vector;

/** Estafette's own training loop. */
final class EstafetteLoop implements StepLoop {
  private final Device device = Devices.open("cpu");
  private final DeviceTrainer trainer;
  private long step;

  EstafetteLoop(StepSize size) {
    Gpt gpt = new Gpt(device, size.config, size.batch);
    Float32Vector parameters = Float32Vector.allocate(gpt.layout().length());
    gpt.initialize(parameters, 1);
    trainer =
        new DeviceTrainer(
            device,
            gpt,
            new NoiseText(size.config.context()),
            size.batch,
            TrainerOptions.of(
                new InnerOptimizer.AdamW(0.9, 0.999, 1e-8, 0.1, false),
                LearningRate.constant(3e-4)));
    trainer.load(parameters);
  }

  @Override
  public double run(int steps) {
    double loss = trainer.train(new TrainOrder(steps, 0, step, 0, 0), () -> false).lastLoss();
    step += steps;
    return loss;
  }

  /**
   * Takes the steps in one round and gives the bytes that the calling thread allocated from the end
   * of the first step to the end of the last but one: every object of a step would count, whatever
   * a round itself needs does not.
   */
  long allocated(int steps) {
    BetweenSteps look = new BetweenSteps();
    trainer.train(new TrainOrder(steps, 0, step, 0, 0), look);
    step += steps;
    return look.bytes();
  }

  /** Asked before every step, it looks at the thread's allocation and lets the round go on. */
  private static final class BetweenSteps implements BooleanSupplier {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private int asked;
    private long first;
    private long last;

    @Override
    public boolean getAsBoolean() {
      last = THREADS.getCurrentThreadAllocatedBytes();
      if (asked++ == 1) {
        first = last;
      }
      return false;
    }

    long bytes() {
      return last - first;
    }
  }

  @Override
  public void close() {
    trainer.close();
    device.close();
  }
}
