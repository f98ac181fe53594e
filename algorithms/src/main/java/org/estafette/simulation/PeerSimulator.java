package org.estafette.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Ending;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.mailbox.Admission;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.algorithm.peer.Peer;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.fault.FaultEvent;
import org.estafette.history.Chronicle;
import org.estafette.history.peer.PeerChronicle;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Runs workers without a server in virtual time on the calling thread: the sibling of {@link
 * Simulator}. Gradients are real; the clock, the network, deaths and joins are not. The same plan
 * gives the same run bit for bit.
 *
 * <p>Membership is one truth with a number: a death is announced {@code detection} seconds after
 * it, a join at once, and every announcement raises the epoch and is told to all live workers at
 * the same moment.
 */
public final class PeerSimulator implements AutoCloseable {
  private static final BooleanSupplier NEVER = () -> false;

  /** Events that concern the membership are aimed at nobody in particular. */
  private static final PeerId ALL = PeerId.SERVER;

  private final PeerSimulationPlan plan;
  private final PeerFactory factory;
  private final World world;
  private final Mishaps mishaps;
  private final PeerChronicle history;
  private final PeerNetwork network;
  private final List<PeerNode> nodes = new ArrayList<>();
  private final PeerAverages averages;
  private SortedSet<PeerId> members = new TreeSet<>();
  private long epoch = 1;
  private long rounds;
  private long handled;
  private long superseded;
  private long refused;

  /**
   * A simulation that has not begun.
   *
   * @param leases gives vectors of the model's form
   */
  public PeerSimulator(
      PeerSimulationPlan plan,
      PeerFactory factory,
      Supplier<Lease> leases,
      SimulationListener listener) {
    this(plan, factory, leases, listener, PeerChronicle.NONE);
  }

  /**
   * A simulation that has not begun, whose history is written.
   *
   * @param leases gives vectors of the model's form
   * @param history is told what happens to each message
   */
  public PeerSimulator(
      PeerSimulationPlan plan,
      PeerFactory factory,
      Supplier<Lease> leases,
      SimulationListener listener,
      PeerChronicle history) {
    this(plan, factory, leases, listener, history, FaultEvent.Listener.NONE);
  }

  /**
   * A simulation that has not begun, whose history is written and whose faults are told.
   *
   * @param leases gives vectors of the model's form
   * @param history is told what happens to each message
   * @param told what the plan's faults do
   */
  public PeerSimulator(
      PeerSimulationPlan plan,
      PeerFactory factory,
      Supplier<Lease> leases,
      SimulationListener listener,
      PeerChronicle history,
      FaultEvent.Listener told) {
    this.plan = plan;
    this.factory = factory;
    this.history = history;
    this.world = new World(plan.faults(), leases, counting(listener), Chronicle.NONE);
    this.mishaps = new Mishaps(world, plan.faults(), false, new Struck(), told);
    this.network = new PeerNetwork(plan, world, nodes, history);
    try (Lease form = leases.get()) {
      this.averages = new PeerAverages(nodes, form.vector());
    }
    for (int slot = 0; slot < plan.workers(); slot++) {
      nodes.add(new PeerNode(PeerId.worker(slot), world, network, history));
    }
  }

  /** Starts the workers that are there from the beginning, in the order of their slots. */
  public void start() {
    for (SimulationPlan.Death d : plan.deaths()) {
      world.schedule(d.at(), PeerId.worker(d.slot()), 0, new Pending.Death(d.downtime()));
    }
    mishaps.schedule();
    List<PeerNode> first = new ArrayList<>(nodes);
    for (PeerSimulationPlan.Join j : plan.joins()) {
      world.schedule(j.at(), PeerId.worker(j.slot()), 0, new Pending.Rebirth());
      first.remove(nodes.get(j.slot()));
    }
    for (PeerNode node : first) {
      node.revive();
    }
    members = living();
    for (PeerNode node : first) {
      begin(node);
    }
  }

  private void begin(PeerNode node) {
    node.setup = factory.create(node.id.slot(), node.life);
    tell(node, new Event.Started(view(node), world.now));
  }

  /**
   * Goes on until nothing is left to happen, {@code until} says so, or virtual time would pass
   * {@code horizon}.
   *
   * @return events handled in this call
   */
  public long run(double horizon, BooleanSupplier until) {
    long before = handled;
    while (!until.getAsBoolean()) {
      Pending next = world.queue.peek();
      if (next == null || next.time() > horizon) {
        break;
      }
      world.queue.remove();
      PeerNode node = next.target().equals(ALL) ? null : nodes.get(next.target().slot());
      if (node != null && next.what() instanceof Pending.Timer t && !node.current(t)) {
        continue; // Cancelled or moved: nothing happens then.
      }
      mishaps.until(next.time());
      world.now = next.time();
      handled++;
      if (next.what() instanceof Pending.Mishap m) {
        mishaps.strike(m.fault());
      } else if (node == null) {
        announce();
      } else {
        handle(node, next);
      }
    }
    return handled - before;
  }

  /** What waits for a version waits for so many rounds of all workers together. */
  private SimulationListener counting(SimulationListener listener) {
    return (at, who, decision) -> {
      if (decision instanceof Decision.Mixed) {
        mishaps.reached(++rounds);
      }
      listener.decided(at, who, decision);
    };
  }

  /** What faults do to workers. */
  private final class Struck implements Mishaps.Victims {
    @Override
    public boolean live(PeerId who) {
      return nodes.get(who.slot()).live;
    }

    @Override
    public void die(PeerId who, double downtime) {
      PeerSimulator.this.die(nodes.get(who.slot()), downtime);
    }

    @Override
    public void freeze(PeerId who, double until) {
      PeerNode node = nodes.get(who.slot());
      node.frozenUntil = Math.max(node.frozenUntil, until);
    }
  }

  /** Tells what faults have done that go on: the run is looked at no more. */
  public void endFaults() {
    mishaps.end();
  }

  private void handle(PeerNode node, Pending p) {
    if (p.life() != 0 && (p.life() != node.life || !node.live)) {
      network.missed(p);
      return;
    }
    if (node.live && node.frozen() && !(p.what() instanceof Pending.Death)) {
      // It does nothing now, and then all that was to happen meanwhile, in order.
      world.queue.add(new Pending(node.frozenUntil, p.sequence(), p.target(), p.life(), p.what()));
      return;
    }
    switch (p.what()) {
      case Pending.Arrival a -> arrive(node, a.message());
      case Pending.Trained t -> trained(node, t);
      case Pending.Timer t -> {
        if (node.current(t)) {
          tell(node, new Event.TimerFired(t.name(), world.now));
        }
      }
      case Pending.Death d -> die(node, d.downtime());
      case Pending.Rebirth r -> join(node);
      case Pending.Membership m -> tell(node, new Event.PeersChanged(view(node), world.now));
      case Pending.Dropped d -> throw noServer(d);
      case Pending.Free f -> throw noServer(f);
      case Pending.Save s -> throw noServer(s);
      case Pending.Mishap m -> throw noServer(m);
    }
  }

  private static IllegalStateException noServer(Pending.What what) {
    return new IllegalStateException(what + " is no matter of one worker (expected none here)");
  }

  private void arrive(PeerNode node, Message message) {
    if (!(message instanceof Update update)) {
      tell(node, new Event.Received(message, world.now));
      return;
    }
    history.received(world.now, node.id, node.life, update);
    switch (node.setup().mailbox().offer(update)) {
      case Admission.Refused(var reason) -> {
        refused++;
        tell(node, new Event.Rejected(update.header(), reason, world.now));
      }
      case Admission.Superseded s -> {
        superseded++;
        history.ended(world.now, node.id, s.old(), Ending.SUPERSEDED);
        drain(node);
      }
      default -> drain(node);
    }
  }

  /** Hands the worker what its mailbox gives out. */
  private void drain(PeerNode node) {
    UpdateQueue mailbox = node.setup().mailbox();
    while (mailbox.ready()) {
      Update update = Objects.requireNonNull(mailbox.poll());
      deliver(node, new Event.Received(update, world.now));
    }
  }

  private void tell(PeerNode node, Event event) {
    deliver(node, event);
    drain(node);
  }

  private void deliver(PeerNode node, Event event) {
    PeerSetup setup = node.setup();
    history.telling(world.now, node.id, node.life, event);
    setup.peer().on(event, node);
    history.told(world.now, node.id, node.life, setup.peer());
    setup.mailbox().advancedTo(setup.peer().round());
  }

  private void trained(PeerNode node, Pending.Trained t) {
    PeerSetup setup = node.setup();
    setup.trainer().load(Objects.requireNonNull(node.loaded).vector());
    TrainedRound result = setup.trainer().train(t.order(), NEVER);
    Lease delta = world.leases.get();
    setup.trainer().pseudoGradient(delta.vector());
    world.weather.venoms(world.now, node.id).forEach(venom -> venom.spoil(delta.vector()));
    tell(node, new Event.RoundTrained(t.round(), result, t.seconds(), delta, world.now));
  }

  private void die(PeerNode node, double downtime) {
    if (!node.live) {
      return;
    }
    node.live = false;
    history.gone(world.now, node.id, node.life);
    node.release();
    world.schedule(world.now + plan.detection(), ALL, 0, new Pending.Membership());
    if (Double.isFinite(downtime)) {
      world.schedule(world.now + downtime, node.id, 0, new Pending.Rebirth());
    }
  }

  private void join(PeerNode node) {
    if (node.live) {
      return;
    }
    // The others are told first: the joiner's first words find them prepared.
    node.revive();
    members = living();
    epoch++;
    tellOthers(node);
    begin(node);
    mishaps.back(node.id, node.life);
  }

  /** Tells who is live, where that has changed since it was told last. */
  private void announce() {
    SortedSet<PeerId> live = living();
    if (!live.equals(members)) {
      members = live;
      epoch++;
      tellOthers(null);
    }
  }

  private void tellOthers(@Nullable PeerNode but) {
    for (PeerNode n : nodes) {
      if (n.live && n != but) {
        if (n.frozen()) {
          world.schedule(world.now, n.id, n.life, new Pending.Membership());
        } else {
          tell(n, new Event.PeersChanged(view(n), world.now));
        }
      }
    }
  }

  private SortedSet<PeerId> living() {
    SortedSet<PeerId> live = new TreeSet<>();
    for (PeerNode n : nodes) {
      if (n.live) {
        live.add(n.id);
      }
    }
    return live;
  }

  private View view(PeerNode node) {
    return new View(node.id, node.life, epoch, members);
  }

  /** Virtual seconds since the run began. */
  public double now() {
    return world.now;
  }

  /** Events handled so far. */
  public long handled() {
    return handled;
  }

  /** The epoch of the membership: 1 at the start, higher after every change. */
  public long epoch() {
    return epoch;
  }

  /** Whether that worker is up. */
  public boolean live(int slot) {
    return nodes.get(slot).live;
  }

  /** Which life of that slot's worker is the newest; 0 where there was none. */
  public int life(int slot) {
    return nodes.get(slot).life;
  }

  /**
   * The worker of that slot.
   *
   * @throws IllegalStateException where nobody is there
   */
  public Peer peer(int slot) {
    PeerSetup setup = nodes.get(slot).setup;
    if (setup == null) {
      throw new IllegalStateException("nobody is in slot " + slot + " at t=" + world.now);
    }
    return setup.peer();
  }

  /** Messages that the worker of that slot holds, in its mailbox or for a round to come. */
  public int held(int slot) {
    PeerSetup setup = nodes.get(slot).setup;
    return setup == null ? 0 : setup.mailbox().size() + setup.peer().waiting();
  }

  /** Whether all who live have done their rounds. */
  public boolean finished() {
    return averages.finished();
  }

  /** Fewest rounds that one who lives has done. */
  public long slowest() {
    return averages.slowest();
  }

  /** x̄, the mean of the live workers' parameters; live until the next call. */
  public FlatVector mean() {
    return averages.mean();
  }

  /** Ξ² = (1/n)·Σ_i ‖x̄ − x_i‖² over the live workers. */
  public double consensusDistance2() {
    return averages.consensusDistance2();
  }

  /** What became of the messages so far. */
  public PeerTally tally() {
    return network.tally(superseded, refused);
  }

  /** Gives back every lease. */
  @Override
  public void close() {
    world.queue.forEach(network::end);
    world.queue.clear();
    nodes.forEach(PeerNode::release);
  }
}
