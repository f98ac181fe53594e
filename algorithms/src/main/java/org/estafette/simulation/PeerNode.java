package org.estafette.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Ending;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainerState;
import org.estafette.history.peer.PeerChronicle;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * The place of a worker without a server: its life, its timers, its trainer with the parameters to
 * train from.
 */
final class PeerNode implements Effects {
  final PeerId id;
  final Map<String, Long> timers = new HashMap<>(2);
  private final World world;
  private final PeerNetwork network;
  private final PeerChronicle history;
  int life;
  boolean live;
  double frozenUntil;
  @Nullable PeerSetup setup;
  @Nullable Lease loaded;

  PeerNode(PeerId id, World world, PeerNetwork network, PeerChronicle history) {
    this.id = id;
    this.world = world;
    this.network = network;
    this.history = history;
  }

  PeerSetup setup() {
    return Objects.requireNonNull(setup);
  }

  /** A new life, before anyone can send to it: what is sent is aimed at this life. */
  void revive() {
    life++;
    live = true;
    frozenUntil = 0;
  }

  boolean frozen() {
    return world.now < frozenUntil;
  }

  /** Whether a timer's event is of its newest setting. */
  boolean current(Pending.Timer t) {
    return timers.getOrDefault(t.name(), 0L) == t.setting();
  }

  /** Gives back all that it holds. */
  void release() {
    if (loaded != null) {
      loaded.close();
      loaded = null;
    }
    if (setup != null) {
      setup.mailbox().clear();
      setup.peer().close();
      setup = null;
    }
    timers.replaceAll((name, setting) -> setting + 1);
  }

  @Override
  public void send(PeerId to, Message message) {
    network.carry(this, to, message);
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
  public void loadMoments(List<FlatVector> moments) {
    LocalTrainer trainer = setup().trainer();
    trainer.restore(new TrainerState(trainer.state().optimizerStep(), moments));
  }

  @Override
  public void train(long round, TrainOrder order) {
    double seconds =
        setup().stepTime().seconds(round, order.steps()) * world.weather.slowness(world.now, id);
    world.schedule(world.now + seconds, id, life, new Pending.Trained(round, order, seconds, 0));
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
    history.decided(world.now, id, decision);
    world.listener.decided(world.now, id, decision);
  }

  @Override
  public void ended(Header message, Ending ending) {
    history.ended(world.now, id, message, ending);
  }
}
