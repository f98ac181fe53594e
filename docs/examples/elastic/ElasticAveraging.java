package org.example;

import org.estafette.actor.run.Strategy;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.ForwardingEffects;
import org.estafette.algorithm.server.ServerWorker;
import org.estafette.algorithm.server.WorkerState;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;

/**
 * Elastic averaging SGD (Zhang, Choromanska and LeCun 2015, arXiv 1412.6651), asynchronous: every
 * worker keeps parameters of its own and is bound to the server's by a spring. After its local
 * steps
 *
 * <pre>x_i ← x_i − α·(x_i − c),   server: c ← c + α·(x_i − c)</pre>
 *
 * <p>with c as the worker knows it. α is the displacement of the outer rule: {@code outer.rule =
 * "sgd"}, {@code outer.rate} = α, {@code outer.weight} = 1; the paper takes α = 0.9 / workers. The
 * run's gain is then the paper's β.
 */
public final class ElasticAveraging implements Strategy {
  @Override
  public ServerWorker worker(WorkerParts parts) {
    if (!(parts.displacement() > 0 && parts.displacement() < 1)) {
      throw new IllegalArgumentException(
          "outer.rate * outer.weight = " + parts.displacement() + " (expected above 0, below 1)");
    }
    return new Worker(Strategy.super.worker(parts), parts.length(), parts.displacement());
  }

  /** Asks, trains and pushes like any worker; only what is loaded and what is pushed differ. */
  private static final class Worker implements ServerWorker {
    private final ServerWorker protocol;
    private final double alpha;
    private final FlatVector own;
    private final FlatVector centre;
    private boolean began;

    Worker(ServerWorker protocol, long length, double alpha) {
      this.protocol = protocol;
      this.alpha = alpha;
      this.own = Float32Vector.allocate(length);
      this.centre = Float32Vector.allocate(length);
    }

    @Override
    public void on(Event event, Effects effects) {
      if (event instanceof Event.RoundTrained e && e.result().steps() > 0) {
        exchange(e.delta().vector());
      }
      protocol.on(event, new Loading(effects));
    }

    /** Turns what the local steps took away into what the server subtracts α times of. */
    private void exchange(FlatVector delta) {
      own.axpy(-1, delta);
      delta.difference(centre, own);
      own.axpy(alpha, delta);
    }

    private final class Loading extends ForwardingEffects {
      Loading(Effects to) {
        super(to);
      }

      @Override
      public void load(FlatVector parameters) {
        centre.copyFrom(parameters);
        if (!began) {
          own.copyFrom(parameters);
          began = true;
        }
        super.load(own);
      }
    }

    @Override
    public WorkerState state() {
      return began ? protocol.state().with(own, centre) : protocol.state();
    }

    @Override
    public void restore(WorkerState state) {
      protocol.restore(state);
      began = !state.vectors().isEmpty();
      if (began) {
        own.copyFrom(state.vectors().get(0));
        centre.copyFrom(state.vectors().get(1));
      }
    }

    @Override
    public boolean atRest() {
      return protocol.atRest();
    }

    @Override
    public void close() {
      protocol.close();
    }
  }
}
