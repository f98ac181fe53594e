package org.estafette.actor.run;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.model.Gpt;
import org.estafette.algorithm.model.GptConfig;
import org.estafette.algorithm.model.Model;
import org.estafette.device.Device;
import org.estafette.device.DeviceVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;

/**
 * A tiny GPT whose steps are counted under the option {@code counter}. The thread that the option
 * {@code fails} names cannot take its tenth. Steps of threads whose names begin with the option
 * {@code holds} wait from their number {@code hold-from} of all on, until {@link #release}.
 */
public final class CountingModel implements ModelProvider {
  private static final Map<String, AtomicLong> STEPS = new ConcurrentHashMap<>();

  private static final Map<String, CountDownLatch> HELD = new ConcurrentHashMap<>();

  /** Steps wait no more. */
  public static void release(String counter) {
    held(counter).countDown();
  }

  private static CountDownLatch held(String counter) {
    return HELD.computeIfAbsent(counter, c -> new CountDownLatch(1));
  }

  /** Local steps that were begun under that name. */
  public static long steps(String counter) {
    return STEPS.computeIfAbsent(counter, c -> new AtomicLong()).get();
  }

  @Override
  public Model create(Device device, Dataset dataset, int batch, Map<String, String> options) {
    String counter = options.getOrDefault("counter", "");
    AtomicLong steps = STEPS.computeIfAbsent(counter, c -> new AtomicLong());
    Gpt gpt = new Gpt(device, new GptConfig(GptConfig.BYTES, 16, 1, 2, 16, true), batch);
    return new Counting(gpt, steps, held(counter), options);
  }

  private static final class Counting implements Model {
    private final Gpt gpt;
    private final AtomicLong steps;
    private final CountDownLatch held;
    private final String fails;
    private final String holds;
    private final long holdFrom;
    private int own;

    Counting(Gpt gpt, AtomicLong steps, CountDownLatch held, Map<String, String> options) {
      this.gpt = gpt;
      this.steps = steps;
      this.held = held;
      this.fails = options.getOrDefault("fails", "nobody");
      this.holds = options.getOrDefault("holds", "nobody");
      this.holdFrom = Long.parseLong(options.getOrDefault("hold-from", "0"));
    }

    @Override
    public Layout layout() {
      return gpt.layout();
    }

    @Override
    public void initialize(Float32Vector parameters, long seed) {
      gpt.initialize(parameters, seed);
    }

    @Override
    public double lossAndGradient(Batch batch, DeviceVector parameters, DeviceVector gradient) {
      String thread = Thread.currentThread().getName();
      if (++own == 10 && thread.equals(fails)) {
        throw new IllegalStateException("no tenth step");
      }
      if (steps.incrementAndGet() > holdFrom && thread.startsWith(holds)) {
        try {
          held.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      return gpt.lossAndGradient(batch, parameters, gradient);
    }

    @Override
    public double loss(Batch batch, DeviceVector parameters) {
      return gpt.loss(batch, parameters);
    }

    @Override
    public void close() {
      gpt.close();
    }
  }
}
