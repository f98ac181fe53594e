package org.estafette.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.mailbox.Admission;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.algorithm.peer.Peer;
import org.estafette.algorithm.train.LocalTrainer;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.algorithm.train.TrainerState;
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
  private final Supplier<Lease> leases;
  private final SimulationListener listener;
  private final PriorityQueue<Pending> queue = new PriorityQueue<>();
  private final List<Node> nodes = new ArrayList<>();
  private final FlatVector mean;
  private final FlatVector difference;
  private SortedSet<PeerId> members = new TreeSet<>();
  private long epoch = 1;
  private double now;
  private long sequence;
  private long handled;
  private long sent;
  private long lost;
  private long duplicated;
  private long toTheDead;
  private long superseded;
  private long refused;

  /** A worker's place: its life, its timers, its trainer with the parameters to train from. */
  private final class Node implements Effects {
    final PeerId id;
    final Map<String, Long> timers = new HashMap<>(2);
    int life;
    boolean live;
    @Nullable PeerSetup setup;
    @Nullable Lease loaded;

    Node(PeerId id) {
      this.id = id;
    }

    PeerSetup setup() {
      return Objects.requireNonNull(setup);
    }

    @Override
    public void send(PeerId to, Message message) {
      if (to.isServer() || to.slot() >= nodes.size() || to.equals(id)) {
        throw new IllegalArgumentException(
            id + " sends to " + to + " (expected another of " + nodes.size() + " workers)");
      }
      double delay = plan.links().between(id.slot(), to.slot()).delay(message);
      int receiver = nodes.get(to.slot()).life;
      if (message instanceof Update update) {
        sent++;
        long number = message.header().sequence();
        int from = Math.addExact(id.slot(), Math.multiplyExact(nodes.size(), life - 1));
        if (plan.losses().loses(from, to.slot(), number)) {
          lost++;
          update.discard();
          return;
        }
        if (plan.losses().duplicates(from, to.slot(), number)) {
          duplicated++;
          schedule(now + 2 * delay, to, receiver, new Pending.Arrival(twin(update)));
        }
      }
      schedule(now + delay, to, receiver, new Pending.Arrival(message));
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
    public void loadMoments(List<FlatVector> moments) {
      LocalTrainer trainer = setup().trainer();
      trainer.restore(new TrainerState(trainer.state().optimizerStep(), moments));
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
  public PeerSimulator(
      PeerSimulationPlan plan,
      PeerFactory factory,
      Supplier<Lease> leases,
      SimulationListener listener) {
    this.plan = plan;
    this.factory = factory;
    this.leases = leases;
    this.listener = listener;
    try (Lease form = leases.get()) {
      this.mean = form.vector().precision().zeros(form.vector().length());
      this.difference = form.vector().precision().zeros(form.vector().length());
    }
    for (int slot = 0; slot < plan.workers(); slot++) {
      nodes.add(new Node(PeerId.worker(slot)));
    }
  }

  /** Starts the workers that are there from the beginning, in the order of their slots. */
  public void start() {
    for (SimulationPlan.Death d : plan.deaths()) {
      schedule(d.at(), PeerId.worker(d.slot()), 0, new Pending.Death(d.downtime()));
    }
    List<Node> first = new ArrayList<>(nodes);
    for (PeerSimulationPlan.Join j : plan.joins()) {
      schedule(j.at(), PeerId.worker(j.slot()), 0, new Pending.Rebirth());
      first.remove(nodes.get(j.slot()));
    }
    for (Node node : first) {
      revive(node);
    }
    members = living();
    for (Node node : first) {
      begin(node);
    }
  }

  /** A new life, before anyone can send to it: what is sent is aimed at this life. */
  private static void revive(Node node) {
    node.life++;
    node.live = true;
  }

  private void begin(Node node) {
    node.setup = factory.create(node.id.slot(), node.life);
    tell(node, new Event.Started(view(node), now));
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
      Node node = next.target().equals(ALL) ? null : nodes.get(next.target().slot());
      if (node != null && next.what() instanceof Pending.Timer t && !current(node, t)) {
        continue; // Cancelled or moved: nothing happens then.
      }
      now = next.time();
      handled++;
      if (node == null) {
        announce();
      } else {
        handle(node, next);
      }
    }
    return handled - before;
  }

  private static boolean current(Node node, Pending.Timer t) {
    return node.timers.getOrDefault(t.name(), 0L) == t.setting();
  }

  private void handle(Node node, Pending p) {
    if (p.life() != 0 && (p.life() != node.life || !node.live)) {
      if (p.message() instanceof Update) {
        toTheDead++;
      }
      p.discard();
      return;
    }
    switch (p.what()) {
      case Pending.Arrival a -> arrive(node, a.message());
      case Pending.Trained t -> trained(node, t);
      case Pending.Timer t -> tell(node, new Event.TimerFired(t.name(), now));
      case Pending.Death d -> die(node, d.downtime());
      case Pending.Rebirth r -> join(node);
      case Pending.Free f -> throw noServer(f);
      case Pending.Mishap m -> throw noServer(m);
      case Pending.Save s -> throw noServer(s);
      case Pending.Membership m -> announce();
    }
  }

  private static IllegalStateException noServer(Pending.What what) {
    return new IllegalStateException(what + " is a matter of a server (expected none here)");
  }

  private void arrive(Node node, Message message) {
    if (!(message instanceof Update update)) {
      tell(node, new Event.Received(message, now));
      return;
    }
    switch (node.setup().mailbox().offer(update)) {
      case Admission.Refused(var reason) -> {
        refused++;
        tell(node, new Event.Rejected(update.header(), reason, now));
      }
      case Admission.Superseded s -> {
        superseded++;
        drain(node);
      }
      default -> drain(node);
    }
  }

  /** Hands the worker what its mailbox gives out. */
  private void drain(Node node) {
    UpdateQueue mailbox = node.setup().mailbox();
    while (mailbox.ready()) {
      Update update = Objects.requireNonNull(mailbox.poll());
      node.setup().peer().on(new Event.Received(update, now), node);
      mailbox.advancedTo(node.setup().peer().round());
    }
  }

  private void tell(Node node, Event event) {
    PeerSetup setup = node.setup();
    setup.peer().on(event, node);
    setup.mailbox().advancedTo(setup.peer().round());
    drain(node);
  }

  private void trained(Node node, Pending.Trained t) {
    PeerSetup setup = node.setup();
    setup.trainer().load(Objects.requireNonNull(node.loaded).vector());
    TrainedRound result = setup.trainer().train(t.order(), NEVER);
    Lease delta = leases.get();
    setup.trainer().pseudoGradient(delta.vector());
    tell(node, new Event.RoundTrained(t.round(), result, t.seconds(), delta, now));
  }

  private void die(Node node, double downtime) {
    if (!node.live) {
      return;
    }
    node.live = false;
    release(node);
    schedule(now + plan.detection(), ALL, 0, new Pending.Membership());
    if (Double.isFinite(downtime)) {
      schedule(now + downtime, node.id, 0, new Pending.Rebirth());
    }
  }

  private static void release(Node node) {
    if (node.loaded != null) {
      node.loaded.close();
      node.loaded = null;
    }
    if (node.setup != null) {
      node.setup.mailbox().clear();
      node.setup.peer().close();
      node.setup = null;
    }
    node.timers.replaceAll((name, setting) -> setting + 1);
  }

  private void join(Node node) {
    if (node.live) {
      return;
    }
    // The others are told first: the joiner's first words find them prepared.
    revive(node);
    members = living();
    epoch++;
    tellOthers(node);
    begin(node);
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

  private void tellOthers(@Nullable Node but) {
    for (Node n : nodes) {
      if (n.live && n != but) {
        tell(n, new Event.PeersChanged(view(n), now));
      }
    }
  }

  private SortedSet<PeerId> living() {
    SortedSet<PeerId> live = new TreeSet<>();
    for (Node n : nodes) {
      if (n.live) {
        live.add(n.id);
      }
    }
    return live;
  }

  private View view(Node node) {
    return new View(node.id, node.life, epoch, members);
  }

  private void schedule(double time, PeerId target, int life, Pending.What what) {
    queue.add(new Pending(time, sequence++, target, life, what));
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

  /** Virtual seconds since the run began. */
  public double now() {
    return now;
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

  /**
   * The worker of that slot.
   *
   * @throws IllegalStateException where nobody is there
   */
  public Peer peer(int slot) {
    PeerSetup setup = nodes.get(slot).setup;
    if (setup == null) {
      throw new IllegalStateException("nobody is in slot " + slot + " at t=" + now);
    }
    return setup.peer();
  }

  /** Whether all who live have done their rounds. */
  public boolean finished() {
    for (Node n : nodes) {
      if (n.live && !n.setup().peer().finished()) {
        return false;
      }
    }
    return true;
  }

  /** Fewest rounds that one who lives has done. */
  public long slowest() {
    long rounds = Long.MAX_VALUE;
    for (Node n : nodes) {
      if (n.live) {
        rounds = Math.min(rounds, n.setup().peer().round());
      }
    }
    return rounds;
  }

  /** x̄, the mean of the live workers' parameters; live until the next call. */
  public FlatVector mean() {
    mean.fill(0);
    int n = living().size();
    for (Node node : nodes) {
      if (node.live) {
        mean.axpy(1.0 / n, node.setup().peer().parameters());
      }
    }
    return mean;
  }

  /** Ξ² = (1/n)·Σ_i ‖x̄ − x_i‖² over the live workers. */
  public double consensusDistance2() {
    FlatVector centre = mean();
    double sum = 0;
    int n = 0;
    for (Node node : nodes) {
      if (node.live) {
        difference.difference(node.setup().peer().parameters(), centre);
        sum += difference.squaredNorm();
        n++;
      }
    }
    return sum / n;
  }

  /** What became of the messages so far. */
  public PeerTally tally() {
    return new PeerTally(sent, lost, duplicated, toTheDead, superseded, refused);
  }

  /** Gives back every lease. */
  @Override
  public void close() {
    queue.forEach(Pending::discard);
    queue.clear();
    nodes.forEach(PeerSimulator::release);
  }
}
