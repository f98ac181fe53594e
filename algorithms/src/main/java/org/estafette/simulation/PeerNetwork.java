package org.estafette.simulation;

import java.util.List;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Update;
import org.estafette.fault.Weather;
import org.estafette.history.peer.PeerChronicle;

/** The ways between workers without a server, as the plan and the weather have them. */
final class PeerNetwork {
  private final PeerSimulationPlan plan;
  private final World world;
  private final List<PeerNode> nodes;
  private final PeerChronicle history;
  private long sent;
  private long lost;
  private long duplicated;
  private long toTheDead;

  PeerNetwork(PeerSimulationPlan plan, World world, List<PeerNode> nodes, PeerChronicle history) {
    this.plan = plan;
    this.world = world;
    this.nodes = nodes;
    this.history = history;
  }

  /** Carries a message to who is in that slot now; a later life never sees it. */
  void carry(PeerNode from, PeerId to, Message message) {
    if (to.isServer() || to.slot() >= nodes.size() || to.equals(from.id)) {
      throw new IllegalArgumentException(
          from.id + " sends to " + to + " (expected another of " + nodes.size() + " workers)");
    }
    double delay = plan.links().between(from.id.slot(), to.slot()).delay(message);
    int receiver = nodes.get(to.slot()).life;
    Weather.Fate fate = world.weather.fate(world.now, from.id, to);
    double at = world.now + delay + fate.later();
    if (message instanceof Update update) {
      sent++;
      history.sent(world.now, to, update);
      long number = message.header().sequence();
      int sender = Math.addExact(from.id.slot(), Math.multiplyExact(nodes.size(), from.life - 1));
      if (plan.losses().loses(sender, to.slot(), number)) {
        lose(to, update, "lost on the way");
        return;
      }
      if (!fate.arrives()) {
        lose(to, update, fate.lost());
        return;
      }
      if (plan.losses().duplicates(sender, to.slot(), number)) {
        twice(world.now + 2 * delay + fate.later(), to, receiver, update);
      }
      if (fate.twice()) {
        twice(at + fate.again(), to, receiver, update);
      }
    } else if (!fate.arrives()) {
      return;
    }
    world.schedule(at, to, receiver, new Pending.Arrival(message));
  }

  private void lose(PeerId to, Update update, String why) {
    lost++;
    history.lost(world.now, to, update, why);
    update.discard();
  }

  private void twice(double at, PeerId to, int receiver, Update update) {
    duplicated++;
    history.doubled(world.now, to, update);
    world.schedule(at, to, receiver, new Pending.Arrival(twin(update)));
  }

  /** What comes to a worker that is no more, or that is another one now. */
  void missed(Pending p) {
    if (p.message() instanceof Update update) {
      toTheDead++;
      history.lost(world.now, p.target(), update, "nobody is there any more");
    }
    p.discard();
  }

  /** What is under way when the simulation is closed. */
  void end(Pending p) {
    if (p.message() instanceof Update update) {
      history.lost(world.now, p.target(), update, "the simulation was closed");
    }
    p.discard();
  }

  private static Update twin(Update update) {
    return switch (update) {
      case NeighbourModel m -> new NeighbourModel(m.header(), m.passage(), m.parameters().retain());
      case NeighbourShare s -> new NeighbourShare(s.header(), s.passage(), s.values().retain());
      default ->
          throw new IllegalArgumentException(
              update.getClass().getSimpleName() + " between workers (expected a neighbour's word)");
    };
  }

  PeerTally tally(long superseded, long refused) {
    return new PeerTally(sent, lost, duplicated, toTheDead, superseded, refused);
  }
}
