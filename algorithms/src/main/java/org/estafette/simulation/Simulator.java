package org.estafette.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.mailbox.Admission;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.WorkerRecord;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.fault.FaultEvent;
import org.estafette.history.Chronicle;
import org.estafette.memory.Lease;

/**
 * Runs a server and its workers in virtual time on the calling thread. Gradients are real; only the
 * clock is not.
 */
public final class Simulator implements AutoCloseable {
  private static final BooleanSupplier NEVER = () -> false;

  private final SimulationPlan plan;
  private final Supplier<Server> servers;
  private final WorkerFactory factory;
  private final World world;
  private final Mishaps mishaps;
  private final SavedServer saved = new SavedServer();
  private final UpdateQueue mailbox;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final SimulatedNode serverNode;
  private Server server;
  private long epoch = 1;
  private long handled;
  private double busyUntil;

  /**
   * A simulation that has not begun, of a server that is never killed.
   *
   * @param leases gives vectors of the model's form
   */
  public Simulator(
      SimulationPlan plan,
      Server server,
      WorkerFactory factory,
      Supplier<Lease> leases,
      SimulationListener listener) {
    this(plan, () -> server, factory, leases, listener, Chronicle.NONE);
    if (plan.faults().killsServer()) {
      throw new IllegalArgumentException(
          "the plan's faults kill the server (expected a simulation that can make another one)");
    }
  }

  /**
   * A simulation that has not begun.
   *
   * @param servers makes the first server, and each one that takes over, with the run's first
   *     parameters
   * @param leases gives vectors of the model's form
   * @param history is told of each push
   */
  public Simulator(
      SimulationPlan plan,
      Supplier<Server> servers,
      WorkerFactory factory,
      Supplier<Lease> leases,
      SimulationListener listener,
      Chronicle history) {
    this(plan, servers, factory, leases, listener, history, FaultEvent.Listener.NONE);
  }

  /**
   * A simulation that has not begun.
   *
   * @param servers makes the first server, and each one that takes over, with the run's first
   *     parameters
   * @param leases gives vectors of the model's form
   * @param history is told of each push
   * @param told is told of each fault
   */
  public Simulator(
      SimulationPlan plan,
      Supplier<Server> servers,
      WorkerFactory factory,
      Supplier<Lease> leases,
      SimulationListener listener,
      Chronicle history,
      FaultEvent.Listener told) {
    this.plan = plan;
    this.servers = servers;
    this.server = servers.get();
    this.world = new World(plan.faults(), leases, listener, history);
    this.mishaps =
        new Mishaps(world, plan.faults(), Double.isFinite(plan.saveEvery()), new Struck(), told);
    this.factory = factory;
    this.mailbox = plan.mailbox();
    this.serverNode = new SimulatedNode(PeerId.SERVER, world, nodes);
    for (int slot = 0; slot < plan.workers(); slot++) {
      nodes.add(new SimulatedNode(PeerId.worker(slot), world, nodes));
    }
  }

  /** Starts the server, then the workers in the order of their slots. */
  public void start() {
    for (SimulationPlan.Death d : plan.deaths()) {
      world.schedule(d.at(), PeerId.worker(d.slot()), 0, new Pending.Death(d.downtime()));
    }
    mishaps.schedule();
    if (Double.isFinite(plan.saveEvery())) {
      world.schedule(plan.saveEvery(), PeerId.SERVER, 0, new Pending.Save());
    }
    serve();
    for (SimulatedNode node : nodes) {
      begin(node);
    }
  }

  /** The server accepts from now on. */
  private void serve() {
    serverNode.live = true;
    world.history.serving(world.now, epoch, server.version());
    server.on(new Event.Started(view(PeerId.SERVER, 1), world.now), serverNode);
    mailbox.advancedTo(server.counter());
  }

  private void begin(SimulatedNode node) {
    node.setup = factory.create(node.id.slot(), node.life);
    node.live = true;
    node.setup().participant().on(new Event.Started(view(node.id, node.life), world.now), node);
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
      if (next.what() instanceof Pending.Timer t && !node(next.target()).current(t)) {
        continue; // Cancelled or moved: nothing happens then.
      }
      mishaps.until(next.time());
      world.now = next.time();
      handled++;
      handle(next);
    }
    return handled - before;
  }

  private void handle(Pending p) {
    SimulatedNode node = node(p.target());
    if (p.what() instanceof Pending.Mishap m) {
      mishaps.strike(m.fault());
      return;
    }
    if (world.now < node.frozenUntil && !(p.what() instanceof Pending.Death)) {
      // It does nothing now, and then all that was to happen meanwhile, in order.
      world.queue.add(new Pending(node.frozenUntil, p.sequence(), p.target(), p.life(), p.what()));
      return;
    }
    if (node.id.isServer() && !node.live && !(p.what() instanceof Pending.Rebirth)) {
      missed(p);
      return;
    }
    if (p.life() != 0 && (p.life() != node.life || !node.live)) {
      p.discard();
      if (p.message() != null && !node.live) {
        // The dead do not acknowledge: that is how a server learns of who died before it joined.
        learn();
      }
      return;
    }
    switch (p.what()) {
      case Pending.Arrival a -> arrive(node, a.message());
      case Pending.Trained t -> trained(node, t);
      case Pending.Dropped d ->
          tell(node, new Event.RoundDropped(d.round(), d.result(), d.why(), world.now));
      case Pending.Timer t -> {
        if (node.current(t)) {
          tell(node, new Event.TimerFired(t.name(), world.now));
        }
      }
      case Pending.Free f -> drain();
      case Pending.Death d -> die(node, d.downtime());
      case Pending.Rebirth r -> {
        node.life++;
        if (node.id.isServer()) {
          takeOver();
        } else {
          begin(node);
        }
        mishaps.back(node.id, node.life);
      }
      case Pending.Membership m ->
          tell(node, new Event.PeersChanged(view(node.id, node.life), world.now));
      case Pending.Save s -> {
        if (!world.weather.diskFull(world.now)) {
          saved.save(server);
        }
        world.schedule(world.now + plan.saveEvery(), PeerId.SERVER, 0, s);
      }
      case Pending.Mishap m -> throw new IllegalStateException("mishaps come first");
    }
  }

  /** What was meant for a server that is not there. */
  private void missed(Pending p) {
    Message message = p.message();
    if (message != null) {
      world.lose(message, "no server");
    } else if (p.what() instanceof Pending.Save s) {
      world.schedule(world.now + plan.saveEvery(), PeerId.SERVER, 0, s);
    }
  }

  /** What faults do to the nodes. */
  private final class Struck implements Mishaps.Victims {
    @Override
    public boolean live(PeerId who) {
      return node(who).live;
    }

    @Override
    public void die(PeerId who, double downtime) {
      Simulator.this.die(node(who), downtime);
    }

    @Override
    public void freeze(PeerId who, double until) {
      SimulatedNode node = node(who);
      node.frozenUntil = Math.max(node.frozenUntil, until);
    }
  }

  /** A new server goes on from what was saved, under a higher epoch; the workers hear of it. */
  private void takeOver() {
    server = servers.get();
    saved.restore(server);
    epoch++;
    serve();
    for (SimulatedNode n : nodes) {
      if (n.live) {
        world.schedule(world.now + plan.detection(), n.id, n.life, new Pending.Membership());
      }
    }
  }

  private void arrive(SimulatedNode node, Message message) {
    if (node.id.isServer()) {
      SimulatedNode sender = nodes.get(message.header().sender().slot());
      sender.known = Math.max(sender.known, message.header().incarnation());
    }
    if (!node.id.isServer() || !(message instanceof Update update)) {
      tell(node, new Event.Received(message, world.now));
      return;
    }
    world.history.received(world.now, message);
    if (mailbox.offer(update) instanceof Admission.Refused(var reason)) {
      tell(node, new Event.Rejected(update.header(), reason, world.now));
    }
    drain();
  }

  /** Hands the server what the mailbox gives out, as fast as the server takes it. */
  private void drain() {
    while (world.now >= busyUntil && mailbox.ready()) {
      Update update = java.util.Objects.requireNonNull(mailbox.poll());
      int members = update instanceof MergedPush m ? m.members().size() : 1;
      tell(serverNode, new Event.Received(update, world.now));
      if (plan.secondsPerUpdate() > 0) {
        busyUntil = world.now + members * plan.secondsPerUpdate();
        world.schedule(busyUntil, PeerId.SERVER, serverNode.life, new Pending.Free());
      }
    }
  }

  private void trained(SimulatedNode node, Pending.Trained t) {
    if (!node.awaits(t)) {
      return;
    }
    if (node.course != null && node.course.end == t) {
      trained(node, node.course);
      return;
    }
    WorkerSetup setup = node.setup();
    setup.trainer().load(java.util.Objects.requireNonNull(node.loaded).vector());
    TrainedRound result = setup.trainer().train(t.order(), NEVER);
    Lease delta = world.leases.get();
    setup.trainer().pseudoGradient(delta.vector());
    tell(node, new Event.RoundTrained(t.round(), result, t.seconds(), delta, world.now));
  }

  /** The end of a round that is gone on from, or waits for its base. */
  private void trained(SimulatedNode node, Course c) {
    if (c.baseless()) {
      c.late = true;
      return;
    }
    LocalTrainer trainer = node.setup().trainer();
    TrainedRound result = c.train(trainer, java.util.Objects.requireNonNull(node.loaded).vector());
    Lease delta = world.leases.get();
    trainer.pseudoGradient(delta.vector());
    boolean goesOn = c.ahead != null && Double.isFinite(result.meanLoss());
    node.course = null;
    if (c.ahead != null && goesOn) {
      node.goOn(c.round + 1, c.ahead);
    }
    tell(node, new Event.RoundTrained(c.round, result, c.end.seconds(), delta, goesOn, world.now));
  }

  private void tell(SimulatedNode node, Event event) {
    if (node.id.isServer()) {
      world.history.turn();
      server.on(event, serverNode);
      mailbox.advancedTo(server.counter());
      mishaps.reached(server.version());
    } else {
      node.setup().participant().on(event, node);
    }
  }

  private void die(SimulatedNode node, double downtime) {
    if (!node.live) {
      return;
    }
    node.live = false;
    node.frozenUntil = 0;
    if (node.id.isServer()) {
      world.history.serverGone(world.now);
      mailbox.clear();
      server.close();
      busyUntil = 0;
    } else {
      node.unload();
      node.setup().participant().close();
      learn();
    }
    if (Double.isFinite(downtime)) {
      world.schedule(world.now + downtime, node.id, 0, new Pending.Rebirth());
    }
  }

  private void learn() {
    world.schedule(world.now + plan.detection(), PeerId.SERVER, 0, new Pending.Membership());
  }

  private SimulatedNode node(PeerId id) {
    return id.isServer() ? serverNode : nodes.get(id.slot());
  }

  private View view(PeerId self, int life) {
    TreeSet<PeerId> live = new TreeSet<>();
    if (self.isServer()) {
      for (SimulatedNode n : nodes) {
        if (n.live) {
          live.add(n.id);
        }
      }
    }
    return new View(self, life, epoch, live);
  }

  /** Virtual seconds since the run began. */
  public double now() {
    return world.now;
  }

  /** Tells what faults have done that go on: the run is looked at no more. */
  public void endFaults() {
    mishaps.end();
  }

  /** The server that serves now. */
  public Server server() {
    return server;
  }

  /** Events handled so far. */
  public long handled() {
    return handled;
  }

  /**
   * Whether the simulation can be saved at this moment: the mailbox is empty, the server at rest,
   * and no worker keeps a push for asking again.
   */
  public boolean atRest() {
    return mailbox.size() == 0
        && server.atRest()
        && nodes.stream().allMatch(n -> n.setup == null || n.setup.participant().atRest());
  }

  /**
   * The state between two events; its vectors are live, to be copied before the next event.
   *
   * @throws IllegalStateException where the simulation is not {@linkplain #atRest at rest}
   */
  public SimulationState state() {
    if (!atRest()) {
      throw new IllegalStateException(
          "the simulation holds updates at t=" + world.now + " (expected none); save it at rest");
    }
    if (!plan.faults().isEmpty()) {
      throw new IllegalStateException("a simulation with faults cannot be saved");
    }
    List<SimulationState.WorkerSnapshot> workers = new ArrayList<>();
    for (SimulatedNode n : nodes) {
      workers.add(
          new SimulationState.WorkerSnapshot(
              n.life,
              n.live,
              n.setup().participant().state(),
              n.loaded == null ? null : n.loaded.vector(),
              n.setup().trainer().state()));
    }
    List<Pending> pending = new ArrayList<>();
    for (Pending p : world.queue) {
      if (!(p.what() instanceof Pending.Timer t) || node(p.target()).current(t)) {
        pending.add(p);
      }
    }
    pending.sort(null);
    return new SimulationState(
        world.now, world.sequence, handled, busyUntil, server.state(), workers, pending);
  }

  /**
   * Takes up a saved simulation instead of starting one. The leases of its pending messages pass to
   * this simulation.
   */
  public void restore(SimulationState state) {
    if (state.workers().size() != nodes.size()) {
      throw new IllegalArgumentException(
          "saved workers="
              + state.workers().size()
              + " (expected "
              + nodes.size()
              + ", as the plan has)");
    }
    world.now = state.now();
    world.sequence = state.sequence();
    handled = state.handled();
    busyUntil = state.busyUntil();
    serverNode.live = true;
    server.restore(state.server());
    server.on(
        new Event.Started(
            new View(PeerId.SERVER, 1, state.server().epoch(), new TreeSet<>()), world.now),
        serverNode);
    mailbox.advancedTo(server.counter());
    for (WorkerRecord r : state.server().workers()) {
      nodes.get(r.slot()).known = r.incarnation();
    }
    for (SimulatedNode n : nodes) {
      SimulationState.WorkerSnapshot w = state.workers().get(n.id.slot());
      n.life = w.incarnation();
      n.live = w.live();
      n.setup = factory.create(n.id.slot(), n.life);
      n.setup().participant().restore(w.participant());
      n.setup().trainer().restore(w.trainer());
      if (w.loaded() != null) {
        n.load(w.loaded());
      }
    }
    for (Pending p : state.pending()) {
      if (p.what() instanceof Pending.Timer t) {
        node(p.target()).timers.put(t.name(), t.setting());
      }
      world.queue.add(p);
    }
  }

  /** Gives back every lease. */
  @Override
  public void close() {
    world.queue.forEach(Pending::discard);
    world.queue.clear();
    mailbox.clear();
    for (SimulatedNode n : nodes) {
      n.unload();
      if (n.setup != null) {
        n.setup.participant().close();
      }
    }
    server.close();
  }
}
