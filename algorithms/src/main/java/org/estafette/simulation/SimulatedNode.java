package org.estafette.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * The place of a server or of one of its workers: its life, its timers, and a worker's trainer with
 * its parameters.
 */
final class SimulatedNode implements Effects {
  final PeerId id;
  final Map<String, Long> timers = new HashMap<>(2);
  private final World world;
  private final List<SimulatedNode> workers;
  int life = 1;
  int known;
  boolean live;
  double frozenUntil;
  private int sentLife;
  private long sentSequence;
  @Nullable WorkerSetup setup;
  @Nullable Lease loaded;

  /** The round that it is in, where it goes on without waiting; null otherwise. */
  @Nullable Course course;

  /** Counts what makes the ends of rounds that have begun mean nothing any more. */
  private int era;

  private double freeAt;

  /**
   * @param workers all of them, by slot
   */
  SimulatedNode(PeerId id, World world, List<SimulatedNode> workers) {
    this.id = id;
    this.world = world;
    this.workers = workers;
  }

  WorkerSetup setup() {
    return Objects.requireNonNull(setup);
  }

  /** Whether a timer's event is of its newest setting. */
  boolean current(Pending.Timer t) {
    return timers.getOrDefault(t.name(), 0L) == t.setting();
  }

  /** Gives back the parameters that it holds, and forgets what it trained. */
  void unload() {
    course = null;
    freeAt = 0;
    if (loaded != null) {
      loaded.close();
      loaded = null;
    }
  }

  @Override
  public void send(PeerId to, Message message) {
    SimulatedNode worker = id.isServer() ? workers.get(to.slot()) : this;
    // The server answers the life that it has heard of; a later one never sees the answer. What is
    // sent to a server reaches the one that is there then.
    int aimed = to.isServer() ? 0 : worker.known;
    double delay = worker.setup == null ? 0 : worker.setup.link().delay(message);
    if (message instanceof PseudoGradient push) {
      poison(push);
    }
    world.carry(id, to, aimed, delay, message);
  }

  /** Spoils what leaves a poisoned worker, behind its own back; what it sends again is the same. */
  private void poison(PseudoGradient push) {
    Header h = push.header();
    if (h.incarnation() == sentLife && h.sequence() <= sentSequence) {
      return;
    }
    sentLife = h.incarnation();
    sentSequence = h.sequence();
    world.weather.venoms(world.now, id).forEach(venom -> venom.spoil(push.delta().vector()));
  }

  @Override
  public void load(FlatVector parameters) {
    Lease lease = loaded;
    if (lease == null) {
      lease = world.leases.get();
      loaded = lease;
    }
    lease.vector().copyFrom(parameters);
  }

  @Override
  public void train(long round, TrainOrder order) {
    double seconds =
        setup().stepTime().seconds(round, order.steps()) * world.weather.slowness(world.now, id);
    double begins = Math.max(world.now, freeAt);
    world.schedule(begins + seconds, id, life, new Pending.Trained(round, order, seconds, era));
  }

  @Override
  public void train(long round, TrainOrder order, TrainOrder ahead) {
    // From here on the trainer's parameters count between rounds: no round of a server that is gone
    // may touch them.
    era++;
    goOn(false, round, order, ahead, Math.max(world.now, freeAt));
  }

  /** The round that has just ended is gone on from. */
  void goOn(long round, TrainOrder order) {
    goOn(true, round, order, null, world.now);
  }

  private void goOn(
      boolean provisional, long round, TrainOrder order, @Nullable TrainOrder ahead, double at) {
    double seconds =
        setup().stepTime().seconds(round, order.steps()) * world.weather.slowness(world.now, id);
    Course begun = new Course(provisional, round, order, ahead, at, seconds, era);
    world.schedule(at + seconds, id, life, begun.end);
    course = begun;
  }

  @Override
  public void rebase(long round, @Nullable TrainOrder ahead) {
    Course c = course;
    if (c == null || c.round != round || !c.baseless()) {
      throw new IllegalStateException(
          id + " got the base of round " + round + ", which it has not begun provisionally");
    }
    c.based(world.now, ahead);
    if (c.late) {
      world.schedule(world.now, id, life, c.end);
    }
  }

  @Override
  public void giveUp(String why) {
    Course c = course;
    if (c == null) {
      return;
    }
    course = null;
    era++;
    int steps = c.stepsBy(world.now);
    if (c.baseless() && steps > 0) {
      freeAt = c.late ? world.now : c.doneAt(steps);
      TrainedRound result = c.trainInVain(setup().trainer(), steps);
      world.schedule(freeAt, id, life, new Pending.Dropped(c.round, result, why));
    }
  }

  /** Whether the end of that round is to be seen: it has not been given up. */
  boolean awaits(Pending.Trained t) {
    return t.era() == era;
  }

  @Override
  public Lease lease() {
    return world.leases.get();
  }

  @Override
  public void setTimer(String timer, double seconds) {
    long setting = timers.merge(timer, 1L, Long::sum);
    world.schedule(world.now + seconds, id, life, new Pending.Timer(timer, setting));
  }

  @Override
  public void cancelTimer(String timer) {
    timers.merge(timer, 1L, Long::sum);
  }

  @Override
  public void decided(Decision decision) {
    if (id.isServer()) {
      world.history.decided(world.now, decision);
    }
    world.listener.decided(world.now, id, decision);
  }
}
