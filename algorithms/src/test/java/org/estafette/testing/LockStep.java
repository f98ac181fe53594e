package org.estafette.testing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.PeerWorker;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;

/**
 * Workers without a server that take their rounds together, with messages that arrive at once or
 * never: for traces that are to be followed number by number. One local step a round.
 */
public final class LockStep implements AutoCloseable {
  /** The local step's direction s; the worker goes from x to x − rate·s. */
  @FunctionalInterface
  public interface Step {
    double[] direction(int worker, int round, double[] x);
  }

  /** What was sent in a round. */
  public record Sent(int from, int to, Passage passage, double[] values) {}

  private record Flight(int from, int to, Message message) {}

  private final class Node implements Effects {
    final PeerWorker peer;
    final int slot;
    final Set<String> timers = new TreeSet<>();
    List<FlatVector> moments = List.of();
    double[] loaded = {};
    long ordered;
    boolean live = true;
    Decision.Mixed mixed;

    Node(int slot, PeerWorker peer) {
      this.slot = slot;
      this.peer = peer;
    }

    @Override
    public void send(PeerId to, Message message) {
      Passage passage = passage(message);
      if (passage != null) {
        FlatVector values =
            message instanceof NeighbourModel m
                ? m.parameters().vector()
                : ((NeighbourShare) message).values().vector();
        sent.add(new Sent(slot, to.slot(), passage, ServerRig.numbers(values)));
      }
      wire.add(new Flight(slot, to.slot(), message));
    }

    @Override
    public void load(FlatVector parameters) {
      loaded = ServerRig.numbers(parameters);
    }

    @Override
    public void loadMoments(List<FlatVector> values) {
      moments = values;
    }

    @Override
    public void train(long round, TrainOrder order) {
      ordered = round;
    }

    @Override
    public Lease lease() {
      return pool.lease();
    }

    @Override
    public void setTimer(String timer, double seconds) {
      timers.add(timer);
    }

    @Override
    public void cancelTimer(String timer) {
      timers.remove(timer);
    }

    @Override
    public void decided(Decision decision) {
      if (decision instanceof Decision.Mixed m) {
        mixed = m;
      }
      decisions.add(decision);
    }
  }

  public final VectorPool pool;
  public final List<Decision> decisions = new ArrayList<>();

  /** What was sent since the round began. */
  public final List<Sent> sent = new ArrayList<>();

  private final List<Node> nodes = new ArrayList<>();
  private final ArrayDeque<Flight> wire = new ArrayDeque<>();
  private final Step step;
  private final double rate;
  private long epoch = 1;
  private int round;

  /** Starts a worker for each of {@code starts}. */
  public LockStep(
      PeerPlan plan,
      Surroundings surroundings,
      IntFunction<PeerMethod> methods,
      double[][] starts,
      double rate,
      Step step) {
    this.step = step;
    this.rate = rate;
    this.pool = VectorPool.unbounded("lock-step", Precision.FLOAT64, starts[0].length);
    for (int slot = 0; slot < starts.length; slot++) {
      nodes.add(
          new Node(
              slot,
              PeerWorker.starting(
                  plan, surroundings, methods.apply(slot), Float64Vector.of(starts[slot]))));
    }
    for (Node node : nodes) {
      node.peer.on(new Event.Started(view(node), 0), node);
    }
    deliver(Set.of());
  }

  private View view(Node node) {
    TreeSet<PeerId> live = new TreeSet<>();
    for (Node n : nodes) {
      if (n.live) {
        live.add(PeerId.worker(n.slot));
      }
    }
    return new View(PeerId.worker(node.slot), 1, epoch, live);
  }

  private static Passage passage(Message message) {
    return switch (message) {
      case NeighbourModel m -> m.passage();
      case NeighbourShare s -> s.passage();
      default -> null;
    };
  }

  /**
   * One round of all live workers.
   *
   * @param lost directed edges (from, to) whose messages of this round do not arrive
   */
  public void round(Set<List<Integer>> lost) {
    sent.clear();
    for (Node node : nodes) {
      node.mixed = null;
      if (node.live) {
        step(node.slot);
      }
    }
    deliver(lost);
    round++;
    for (Node node : nodes) {
      if (node.live && node.mixed == null) {
        throw new AssertionError("worker-" + node.slot + " did not end round " + round);
      }
    }
  }

  /** The local step of one worker, and what follows at once; its messages wait on the wire. */
  public void step(int slot) {
    Node node = nodes.get(slot);
    double[] s = step.direction(slot, round, node.loaded.clone());
    Lease delta = pool.lease();
    for (int c = 0; c < s.length; c++) {
      delta.vector().set(c, rate * s[c]);
    }
    node.peer.on(
        new Event.RoundTrained(node.ordered, new TrainedRound(1, 1, 0, 0, rate), 1, delta, round),
        node);
  }

  /** Delivers all that is under way; then those that still wait lose their patience. */
  private void deliver(Set<List<Integer>> lost) {
    boolean impatient;
    do {
      while (!wire.isEmpty()) {
        arrive(wire.remove(), lost);
      }
      impatient = false;
      for (Node node : nodes) {
        if (node.live && node.timers.remove("neighbours")) {
          impatient = true;
          node.peer.on(new Event.TimerFired("neighbours", round), node);
        }
      }
    } while (impatient || !wire.isEmpty());
  }

  private void arrive(Flight f, Set<List<Integer>> lost) {
    Node to = nodes.get(f.to);
    if (!to.live || lost.contains(List.of(f.from, f.to))) {
      if (f.message instanceof Update u) {
        u.discard();
      }
      return;
    }
    to.peer.on(new Event.Received(f.message, round), to);
  }

  /**
   * Delivers the newest message of one edge, and forgets the older ones; nothing where none is
   * under way.
   */
  public void deliverNewest(int from, int to) {
    List<Flight> mine = wire.stream().filter(f -> f.from == from && f.to == to).toList();
    wire.removeAll(new HashSet<>(mine));
    for (int i = 0; i < mine.size(); i++) {
      boolean newest = i == mine.size() - 1;
      arrive(mine.get(i), newest ? Set.of() : Set.of(List.of(from, to)));
    }
  }

  /** These workers die; all others learn of it at once. */
  public void die(Set<Integer> slots) {
    epoch++;
    for (int slot : slots) {
      nodes.get(slot).live = false;
    }
    for (Node node : nodes) {
      if (node.live) {
        node.peer.on(new Event.PeersChanged(view(node), round), node);
      }
    }
  }

  /** What a worker's last round told; null where it has not ended. */
  public Decision.Mixed mixed(int slot) {
    return nodes.get(slot).mixed;
  }

  public double[] parameters(int slot) {
    return ServerRig.numbers(nodes.get(slot).peer.parameters());
  }

  @Override
  public void close() {
    for (Flight f : wire) {
      if (f.message instanceof Update u) {
        u.discard();
      }
    }
    wire.clear();
    nodes.forEach(n -> n.peer.close());
    if (pool.outstanding() != 0) {
      throw new AssertionError("leases that were not given back: " + pool.outstanding());
    }
  }
}
