package org.estafette.simulation.chaos;

import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.ForwardingEffects;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.server.Release;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerState;
import org.estafette.memory.FlatVector;

/** A server that works, until a test spoils one thing about it. */
abstract class SpoiltServer implements Server {
  final Server good;

  SpoiltServer(Server good) {
    this.good = good;
  }

  @Override
  public void on(Event event, Effects effects) {
    good.on(event, effects);
  }

  @Override
  public FlatVector parameters() {
    return good.parameters();
  }

  @Override
  public long version() {
    return good.version();
  }

  @Override
  public long counter() {
    return good.counter();
  }

  @Override
  public ServerState state() {
    return good.state();
  }

  @Override
  public boolean atRest() {
    return good.atRest();
  }

  @Override
  public void restore(ServerState state) {
    good.restore(state);
  }

  @Override
  public void budget(long localSteps) {
    good.budget(localSteps);
  }

  @Override
  public Release release(PeerId worker, String by, Effects effects) {
    return good.release(worker, by, effects);
  }

  @Override
  public boolean finished() {
    return good.finished();
  }

  @Override
  public void close() {
    good.close();
  }

  /** Takes every push twice, the second time under a name that was never used. */
  static final class Doubling extends SpoiltServer {
    Doubling(Server good) {
      super(good);
    }

    @Override
    public void on(Event event, Effects effects) {
      if (event instanceof Event.Received(Message m, double at)
          && m instanceof PseudoGradient push) {
        Header h = push.header();
        Header next =
            new Header(
                h.run(),
                h.sender(),
                h.incarnation(),
                h.sequence() + 1000,
                h.epoch(),
                h.version(),
                h.round());
        push.delta().retain();
        super.on(event, effects);
        super.on(
            new Event.Received(new PseudoGradient(next, push.delta(), push.report()), at), effects);
      } else {
        super.on(event, effects);
      }
    }
  }

  /** Moves the parameters a little whenever it is told something. */
  static final class Drifting extends SpoiltServer {
    Drifting(Server good) {
      super(good);
    }

    @Override
    public void on(Event event, Effects effects) {
      super.on(event, effects);
      parameters().set(0, parameters().get(0) + 1e-12);
    }
  }

  /** Says nothing of what it refuses. */
  static final class Silent extends SpoiltServer {
    Silent(Server good) {
      super(good);
    }

    @Override
    public void on(Event event, Effects effects) {
      super.on(event, new Muted(effects));
    }
  }

  /** Tells what it decides, but not as it was. */
  static final class Lying extends SpoiltServer {
    private final java.util.function.Function<Decision.Applied, java.util.List<Decision>> lie;

    private Lying(
        Server good, java.util.function.Function<Decision.Applied, java.util.List<Decision>> lie) {
      super(good);
      this.lie = lie;
    }

    /** Skips a version with each push. */
    static Lying skipping(Server good) {
      return new Lying(
          good,
          a ->
              java.util.List.of(
                  new Decision.Applied(
                      a.header(),
                      a.report(),
                      a.staleness(),
                      a.weight(),
                      2 * a.version(),
                      a.merged())));
    }

    /** Applies each push twice. */
    static Lying twice(Server good) {
      return new Lying(good, a -> java.util.List.of(a, a));
    }

    /** Goes by the epoch before its own. */
    static Lying old(Server good) {
      return new Lying(
          good,
          a -> {
            Header h = a.header();
            Header former =
                new Header(
                    h.run(),
                    h.sender(),
                    h.incarnation(),
                    h.sequence(),
                    h.epoch() - 1,
                    h.version(),
                    h.round());
            return java.util.List.of(
                new Decision.Applied(
                    former, a.report(), a.staleness(), a.weight(), a.version(), a.merged()));
          });
    }

    @Override
    public void on(Event event, Effects effects) {
      super.on(
          event,
          new ForwardingEffects(effects) {
            @Override
            public void decided(Decision decision) {
              if (decision instanceof Decision.Applied a) {
                lie.apply(a).forEach(super::decided);
              } else {
                super.decided(decision);
              }
            }
          });
    }
  }

  private static final class Muted extends ForwardingEffects {
    Muted(Effects to) {
      super(to);
    }

    @Override
    public void decided(Decision decision) {
      if (!(decision instanceof Decision.Refused)) {
        super.decided(decision);
      }
    }
  }
}
