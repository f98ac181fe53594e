package org.estafette.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.mailbox.Admission;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.WorkerRecord;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Runs a server and its workers in virtual time on the calling thread. Gradients are real; only the
 * clock is not.
 */
public final class Simulator implements AutoCloseable {
  private static final BooleanSupplier NEVER = () -> false;

  private final SimulationPlan plan;
  private final Server server;
  private final WorkerFactory factory;
  private final java.util.function.Supplier<Lease> leases;
  private final SimulationListener listener;
  private final PriorityQueue<Pending> queue = new PriorityQueue<>();
  private final UpdateQueue mailbox;
  private final Node serverNode = new Node(PeerId.SERVER);
  private final List<Node> nodes = new ArrayList<>();
  private double now;
  private long sequence;
  private long handled;
  private double busyUntil;

  /** One participant's place: its life, its timers, and a worker's trainer with its parameters. */
  private final class Node implements Effects {
    final PeerId id;
    final Map<String, Long> timers = new HashMap<>(2);
    int life = 1;
    int known;
    boolean live;
    @Nullable WorkerSetup setup;
    @Nullable Lease loaded;

    Node(PeerId id) {
      this.id = id;
    }

    WorkerSetup setup() {
      return java.util.Objects.requireNonNull(setup);
    }

    @Override
    public void send(PeerId to, Message message) {
      Node worker = id.isServer() ? nodes.get(to.slot()) : this;
      // The server answers the life that it has heard of; a later one never sees the answer.
      int life = to.isServer() ? serverNode.life : worker.known;
      double delay = worker.setup == null ? 0 : worker.setup.link().delay(elements(message));
      schedule(now + delay, to, life, new Pending.Arrival(message));
    }

    @Override
    public void load(FlatVector parameters) {
      Lease lease = loaded;
      if (lease == null) {
        lease = leases.get();
        loaded = lease;
      }
      lease.vector().copyFrom(parameters);
    }

    @Override
    public void train(long round, TrainOrder order) {
      double seconds = setup().stepTime().seconds(round, order.steps());
      schedule(now + seconds, id, life, new Pending.Trained(round, order, seconds));
    }

    @Override
    public Lease lease() {
      return leases.get();
    }

    @Override
    public void setTimer(String timer, double seconds) {
      long setting = timers.merge(timer, 1L, Long::sum);
      schedule(now + seconds, id, life, new Pending.Timer(timer, setting));
    }

    @Override
    public void cancelTimer(String timer) {
      timers.merge(timer, 1L, Long::sum);
    }

    @Override
    public void decided(Decision decision) {
      listener.decided(now, id, decision);
    }
  }

  /**
   * A simulation that has not begun.
   *
   * @param leases gives vectors of the model's form
   */
  public Simulator(
      SimulationPlan plan,
      Server server,
      WorkerFactory factory,
      java.util.function.Supplier<Lease> leases,
      SimulationListener listener) {
    this.plan = plan;
    this.server = server;
    this.factory = factory;
    this.leases = leases;
    this.listener = listener;
    this.mailbox = plan.mailbox();
    for (int slot = 0; slot < plan.workers(); slot++) {
      nodes.add(new Node(PeerId.worker(slot)));
    }
  }

  /** Starts the server, then the workers in the order of their slots. */
  public void start() {
    serverNode.live = true;
    server.on(new Event.Started(view(PeerId.SERVER, 1), now), serverNode);
    mailbox.advancedTo(server.counter());
    for (SimulationPlan.Death d : plan.deaths()) {
      schedule(d.at(), PeerId.worker(d.slot()), 0, new Pending.Death(d.downtime()));
    }
    for (Node node : nodes) {
      begin(node);
    }
  }

  private void begin(Node node) {
    node.setup = factory.create(node.id.slot(), node.life);
    node.live = true;
    node.setup().participant().on(new Event.Started(view(node.id, node.life), now), node);
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
      Pending next = queue.peek();
      if (next == null || next.time() > horizon) {
        break;
      }
      queue.remove();
      if (next.what() instanceof Pending.Timer t && !current(next, t)) {
        continue; // Cancelled or moved: nothing happens then.
      }
      now = next.time();
      handled++;
      handle(next);
    }
    return handled - before;
  }

  private void handle(Pending p) {
    Node node = node(p.target());
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
      case Pending.Timer t -> {
        if (node.timers.getOrDefault(t.name(), 0L) == t.setting()) {
          tell(node, new Event.TimerFired(t.name(), now));
        }
      }
      case Pending.Free f -> drain();
      case Pending.Death d -> die(node, d.downtime());
      case Pending.Rebirth r -> {
        node.life++;
        begin(node);
      }
      case Pending.Membership m ->
          server.on(new Event.PeersChanged(view(PeerId.SERVER, 1), now), serverNode);
    }
  }

  private void arrive(Node node, Message message) {
    if (node.id.isServer()) {
      Node sender = nodes.get(message.header().sender().slot());
      sender.known = Math.max(sender.known, message.header().incarnation());
    }
    if (!node.id.isServer() || !(message instanceof Update update)) {
      tell(node, new Event.Received(message, now));
      return;
    }
    if (mailbox.offer(update) instanceof Admission.Refused(var reason)) {
      server.on(new Event.Rejected(update.header(), reason, now), serverNode);
    }
    drain();
  }

  /** Hands the server what the mailbox gives out, as fast as the server takes it. */
  private void drain() {
    while (now >= busyUntil && mailbox.ready()) {
      Update update = java.util.Objects.requireNonNull(mailbox.poll());
      int members = update instanceof MergedPush m ? m.members().size() : 1;
      server.on(new Event.Received(update, now), serverNode);
      mailbox.advancedTo(server.counter());
      if (plan.secondsPerUpdate() > 0) {
        busyUntil = now + members * plan.secondsPerUpdate();
        schedule(busyUntil, PeerId.SERVER, serverNode.life, new Pending.Free());
      }
    }
  }

  private void trained(Node node, Pending.Trained t) {
    WorkerSetup setup = node.setup();
    setup.trainer().load(java.util.Objects.requireNonNull(node.loaded).vector());
    TrainedRound result = setup.trainer().train(t.order(), NEVER);
    Lease delta = leases.get();
    setup.trainer().pseudoGradient(delta.vector());
    tell(node, new Event.RoundTrained(t.round(), result, t.seconds(), delta, now));
  }

  private void tell(Node node, Event event) {
    if (node.id.isServer()) {
      server.on(event, serverNode);
      mailbox.advancedTo(server.counter());
    } else {
      node.setup().participant().on(event, node);
    }
  }

  private void die(Node node, double downtime) {
    if (!node.live) {
      return;
    }
    node.live = false;
    if (node.loaded != null) {
      node.loaded.close();
      node.loaded = null;
    }
    node.setup().participant().close();
    learn();
    if (Double.isFinite(downtime)) {
      schedule(now + downtime, node.id, 0, new Pending.Rebirth());
    }
  }

  private void learn() {
    schedule(now + plan.detection(), PeerId.SERVER, serverNode.life, new Pending.Membership());
  }

  private void schedule(double time, PeerId target, int life, Pending.What what) {
    queue.add(new Pending(time, sequence++, target, life, what));
  }

  private Node node(PeerId id) {
    return id.isServer() ? serverNode : nodes.get(id.slot());
  }

  private View view(PeerId self, int life) {
    TreeSet<PeerId> live = new TreeSet<>();
    if (self.isServer()) {
      for (Node n : nodes) {
        if (n.live) {
          live.add(n.id);
        }
      }
    }
    return new View(self, life, 1, live);
  }

  /** Elements of a message's tensor. */
  static long elements(Message message) {
    return switch (message) {
      case GlobalModel m -> m.parameters().vector().length();
      case PseudoGradient p -> p.delta().vector().length();
      case NeighbourModel m -> m.parameters().vector().length();
      case NeighbourShare s -> s.values().vector().length();
      default -> 0;
    };
  }

  /** Virtual seconds since the run began. */
  public double now() {
    return now;
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
          "the simulation holds updates at t=" + now + " (expected none); save it at rest");
    }
    List<SimulationState.WorkerSnapshot> workers = new ArrayList<>();
    for (Node n : nodes) {
      workers.add(
          new SimulationState.WorkerSnapshot(
              n.life,
              n.live,
              n.setup().participant().state(),
              n.loaded == null ? null : n.loaded.vector(),
              n.setup().trainer().state()));
    }
    List<Pending> pending = new ArrayList<>();
    for (Pending p : queue) {
      if (!(p.what() instanceof Pending.Timer t) || current(p, t)) {
        pending.add(p);
      }
    }
    pending.sort(null);
    return new SimulationState(now, sequence, handled, busyUntil, server.state(), workers, pending);
  }

  private boolean current(Pending p, Pending.Timer t) {
    return node(p.target()).timers.getOrDefault(t.name(), 0L) == t.setting();
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
    now = state.now();
    sequence = state.sequence();
    handled = state.handled();
    busyUntil = state.busyUntil();
    serverNode.live = true;
    server.restore(state.server());
    server.on(
        new Event.Started(new View(PeerId.SERVER, 1, state.server().epoch(), new TreeSet<>()), now),
        serverNode);
    mailbox.advancedTo(server.counter());
    for (WorkerRecord r : state.server().workers()) {
      nodes.get(r.slot()).known = r.incarnation();
    }
    for (Node n : nodes) {
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
      queue.add(p);
    }
  }

  /** Gives back every lease. */
  @Override
  public void close() {
    queue.forEach(Pending::discard);
    queue.clear();
    mailbox.clear();
    for (Node n : nodes) {
      if (n.loaded != null) {
        n.loaded.close();
        n.loaded = null;
      }
      if (n.setup != null) {
        n.setup.participant().close();
      }
    }
    server.close();
  }
}
