package org.estafette.simulation.chaos;

import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Ending;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.ForwardingEffects;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Peer;
import org.estafette.memory.FlatVector;

/** Workers without a server that are wrong on purpose. */
abstract class SpoiltPeer implements Peer {
  final Peer good;

  SpoiltPeer(Peer good) {
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
  public long round() {
    return good.round();
  }

  @Override
  public boolean finished() {
    return good.finished();
  }

  @Override
  public int waiting() {
    return good.waiting();
  }

  @Override
  public void close() {
    good.close();
  }

  /** Says nothing of what it refuses. */
  static final class Silent extends SpoiltPeer {
    Silent(Peer good) {
      super(good);
    }

    @Override
    public void on(Event event, Effects effects) {
      super.on(
          event,
          new ForwardingEffects(effects) {
            @Override
            public void decided(Decision decision) {
              if (!(decision instanceof Decision.Refused)) {
                super.decided(decision);
              }
            }
          });
    }
  }

  /** Averages a message twice, or says so. */
  static final class Repeating extends SpoiltPeer {
    Repeating(Peer good) {
      super(good);
    }

    @Override
    public void on(Event event, Effects effects) {
      super.on(
          event,
          new ForwardingEffects(effects) {
            @Override
            public void ended(Header message, Ending ending) {
              super.ended(message, ending);
              if (ending == Ending.AVERAGED && message.sequence() % 5 == 0) {
                super.ended(message, ending);
              }
            }
          });
    }
  }

  /** Takes messages of the former graph for messages of the present one. */
  static final class Reviving extends SpoiltPeer {
    private final java.util.Set<String> seen = new java.util.HashSet<>();
    private long epoch;

    Reviving(Peer good) {
      super(good);
    }

    @Override
    public void on(Event event, Effects effects) {
      if (event instanceof Event.PeersChanged e) {
        epoch = e.view().epoch();
      }
      if (event instanceof Event.Received(NeighbourModel m, double at)
          && seen.add(m.header().sender() + "#" + m.header().sequence())
          && m.header().epoch() < epoch
          && !m.passage().isAnswer()) {
        Header h = m.header();
        Header now =
            new Header(
                h.run(), h.sender(), h.incarnation(), h.sequence(), epoch, h.version(), h.round());
        super.on(
            new Event.Received(new NeighbourModel(now, m.passage(), m.parameters()), at), effects);
      } else {
        super.on(event, effects);
      }
    }
  }

  /** Numbers its rounds wrongly now and then. */
  static final class Stumbling extends SpoiltPeer {
    Stumbling(Peer good) {
      super(good);
    }

    @Override
    public void on(Event event, Effects effects) {
      super.on(
          event,
          new ForwardingEffects(effects) {
            @Override
            public void send(PeerId peer, Message message) {
              if (message instanceof NeighbourModel m
                  && !m.passage().isAnswer()
                  && m.header().version() > 2
                  && m.header().version() % 5 == 0) {
                Header h = m.header();
                Header back =
                    new Header(
                        h.run(),
                        h.sender(),
                        h.incarnation(),
                        h.sequence(),
                        h.epoch(),
                        h.version() - 2,
                        h.round());
                super.send(peer, new NeighbourModel(back, m.passage(), m.parameters()));
              } else {
                super.send(peer, message);
              }
            }
          });
    }
  }

  /** Moves its parameters a little whenever it is told something. */
  static final class Drifting extends SpoiltPeer {
    Drifting(Peer good) {
      super(good);
    }

    @Override
    public void on(Event event, Effects effects) {
      super.on(event, effects);
      parameters().set(0, parameters().get(0) + 1e-4);
    }
  }
}
