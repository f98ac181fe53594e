package org.estafette.bench.gpu;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.channel.ChannelConfig;
import org.estafette.channel.ChannelListener;
import org.estafette.channel.FrameHeader;
import org.estafette.channel.SendCallback;
import org.estafette.channel.TensorChannel;
import org.estafette.device.Device;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.jspecify.annotations.Nullable;

/**
 * A worker on the GPU and a server on the CPU, with a tensor channel in shared memory between them:
 * what a cluster of one worker does to the vectors, without the actors. After H steps the worker
 * pushes its pseudo-gradient, the server takes a step of Nesterov's momentum and answers with the
 * new parameters, and the worker goes on from them.
 */
final class Exchange {
  private static final long RUN = 1;

  private Exchange() {}

  /**
   * What was measured.
   *
   * @param tokensPerSecond whole rounds
   * @param parts mean seconds of a round's parts
   */
  record Result(double tokensPerSecond, Map<String, Double> parts) {}

  /** Rounds of {@code steps} local steps; one before those that are measured. */
  static Result measure(Device device, Gpt2 model, int rounds, int steps) {
    Map<String, Double> parts = new LinkedHashMap<>();
    double total = 0;
    try (DeviceTrainer trainer = model.trainer(device);
        End server = new End(null, trainer.dimension());
        End worker = new End(server, trainer.dimension())) {
      Float32Vector parameters = model.start(device);
      LinearOuter outer =
          new LinearOuter(new Rules.Nesterov(0.7, 0.9), trainer.dimension(), Precision.FLOAT32);
      Thread serving = serve(server, worker, parameters, outer);
      try {
        for (int r = -1; r < rounds; r++) {
          long t0 = System.nanoTime();
          trainer.train(Gpt2.order(steps, (long) (r + 1) * steps), () -> false);
          device.synchronize();
          long t1 = System.nanoTime();
          Lease delta = worker.pool.lease();
          trainer.pseudoGradient(delta.vector());
          long t2 = System.nanoTime();
          worker.send(server, delta);
          Lease answer = worker.next();
          long t3 = System.nanoTime();
          trainer.load(answer.vector());
          device.synchronize();
          answer.close();
          long t4 = System.nanoTime();
          if (r >= 0) {
            total += (t4 - t0) / 1e9;
            parts.merge("train", (t1 - t0) / 1e9 / rounds, Double::sum);
            parts.merge("copy from GPU", (t2 - t1) / 1e9 / rounds, Double::sum);
            parts.merge("push, step, answer", (t3 - t2) / 1e9 / rounds, Double::sum);
            parts.merge("copy to GPU", (t4 - t3) / 1e9 / rounds, Double::sum);
          }
        }
      } finally {
        serving.interrupt();
        join(serving);
      }
    }
    return new Result((double) rounds * steps * model.tokensPerStep() / total, parts);
  }

  static void join(Thread thread) {
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static Thread serve(End server, End worker, Float32Vector parameters, LinearOuter outer) {
    Thread thread =
        new Thread(
            () -> {
              FlatVector[] pushes = new FlatVector[1];
              try {
                while (true) {
                  Lease push = server.incoming.take();
                  pushes[0] = push.vector();
                  outer.apply(parameters, pushes, new double[] {1}, 1);
                  push.close();
                  Lease answer = server.pool.lease();
                  answer.vector().copyFrom(parameters);
                  server.send(worker, answer);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "server");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** One end of the channel. */
  static final class End implements ChannelListener, AutoCloseable {
    final VectorPool pool;
    final LinkedBlockingQueue<Lease> incoming = new LinkedBlockingQueue<>();
    private final TensorChannel channel;
    private long sent;

    End(@Nullable End host, long length) {
      this.pool = VectorPool.unbounded("gpu-check", Precision.FLOAT32, length);
      String name = "gpu-check-" + ProcessHandle.current().pid() + (host == null ? "-s" : "-w");
      ChannelConfig.Builder config = ChannelConfig.builder(name, RUN);
      if (host != null) {
        config
            .directory(java.nio.file.Path.of(host.channel.endpoint().directory()))
            .driver(ChannelConfig.Driver.ELSEWHERE);
      }
      this.channel = TensorChannel.open(config.build(), this);
    }

    void send(End to, Lease payload) {
      FrameHeader header = new FrameHeader(RUN, System.identityHashCode(this), 1, ++sent, 1);
      channel.send(to.channel.endpoint(), header, new byte[0], payload, SendCallback.IGNORE);
    }

    Lease next() {
      try {
        Lease answer = incoming.poll(60, TimeUnit.SECONDS);
        if (answer == null) {
          throw new IllegalStateException("no answer of the server within 60 s");
        }
        return answer;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }

    @Override
    public Lease lease(FrameHeader header, long payloadBytes) {
      return pool.lease();
    }

    @Override
    public void received(
        FrameHeader header, ByteBuffer meta, @Nullable Lease payload, long payloadBytes) {
      if (payload != null) {
        incoming.add(payload);
      }
    }

    @Override
    public void channelLost(String why, @Nullable Throwable cause) {
      System.err.println("gpu-check: channel lost: " + why);
    }

    @Override
    public void close() {
      channel.close();
    }
  }
}
