package org.estafette.actor.node;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.join.JoinException;
import org.estafette.channel.ChannelException;
import org.jspecify.annotations.Nullable;

/**
 * A node that takes part in one run after the other: when a run is over, or its coordinator gone,
 * it waits and joins again. It ends when it is told to, or where trying again is of no use.
 */
public final class StayingNode implements AutoCloseable {
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final String FOR_EVER = "100d";

  private final WorkerNode.Plan plan;
  private final CountDownLatch told = new CountDownLatch(1);
  private final Object lock = new Object();
  // Guarded by the lock, as the node below: nobody is interrupted who no longer looks.
  private @Nullable Thread looking;
  private @Nullable WorkerNode node;

  public StayingNode(WorkerNode.Plan plan) {
    Map<String, String> settings = new HashMap<>(plan.overrides());
    settings.put("cluster.patience", FOR_EVER);
    this.plan = plan.with(settings);
  }

  /**
   * Takes part until {@link #leave} is called.
   *
   * @throws RuntimeException why it is of no use to try again: a wrong setting, a release or keys
   *     that do not fit, or a port that is taken
   * @throws InterruptedException where the calling thread is interrupted by others than {@link
   *     #leave}
   */
  public void run() throws InterruptedException {
    int failures = 0;
    while (told.getCount() > 0) {
      long began = System.nanoTime();
      RuntimeException why = once();
      if (told.getCount() == 0) {
        return;
      }
      if (why != null && lasting(why)) {
        throw why;
      }
      plan.notices()
          .accept(
              (why == null ? "  the run is over" : "  lost      " + why.getMessage())
                  + "; waiting for the next");
      boolean lived = System.nanoTime() - began > TimeUnit.MINUTES.toNanos(1);
      failures = why == null || lived ? 0 : failures + 1;
      long pause =
          Math.min(LONGEST_PAUSE.toMillis(), SHORTEST_PAUSE.toMillis() << Math.min(failures, 5));
      told.await(pause, TimeUnit.MILLISECONDS);
    }
  }

  private @Nullable RuntimeException once() throws InterruptedException {
    synchronized (lock) {
      if (told.getCount() == 0) {
        return null;
      }
      looking = Thread.currentThread();
    }
    try (WorkerNode started = WorkerNode.start(plan, true)) {
      synchronized (lock) {
        looking = null;
        node = started;
        if (told.getCount() == 0) {
          boolean late = Thread.interrupted(); // Closing is to wait for what it ends.
          return null;
        }
      }
      started.result().get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause() instanceof RuntimeException why
          ? why
          : new IllegalStateException(e.getCause());
    } catch (RuntimeException e) {
      if (Thread.interrupted() && told.getCount() > 0) {
        throw new InterruptedException();
      }
      return e;
    } finally {
      synchronized (lock) {
        looking = null;
        node = null;
      }
    }
  }

  private static boolean lasting(RuntimeException why) {
    return switch (why) {
      case JoinException e -> e.isLasting();
      case ConfigException e -> true;
      // A media driver's folder is gone with its coordinator, or not there yet.
      case ChannelException e -> false;
      case PortInUseException e -> true;
      default -> false;
    };
  }

  /** Hands in what is under way and ends. */
  public void leave() {
    synchronized (lock) {
      told.countDown();
      if (looking != null) {
        looking.interrupt();
      }
      if (node != null) {
        node.leave();
      }
    }
  }

  /** Ends; {@link #run} returns soon after. */
  @Override
  public void close() {
    leave();
  }
}
