package org.estafette.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.peer.PeerWorker;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;

/**
 * A small network of workers without a server in virtual time: messages are late, overtake each
 * other, come twice or never; workers die and join. Worker i descends on ½‖x − center_i‖². The same
 * seed gives the same run.
 */
public final class PeerNet implements AutoCloseable {
  /** What the network does to messages. */
  public record Weather(double meanDelay, double loss, double duplicates) {
    public static final Weather CALM = new Weather(0, 0, 0);
  }

  private record Due(double at, long order, Runnable what, Message message)
      implements Comparable<Due> {
    @Override
    public int compareTo(Due o) {
      return at != o.at ? Double.compare(at, o.at) : Long.compare(order, o.order);
    }
  }

  public final class Node implements Effects {
    public final PeerWorker peer;
    public final int slot;
    public final List<Double> roundsEndedAt = new ArrayList<>();
    private final int life;
    private final double stepSeconds;
    private final Map<String, Long> timers = new HashMap<>();
    private double[] loaded = {};
    private boolean live = true;

    private Node(int slot, int life, double stepSeconds, PeerWorker peer) {
      this.slot = slot;
      this.life = life;
      this.stepSeconds = stepSeconds;
      this.peer = peer;
    }

    @Override
    public void send(PeerId to, Message message) {
      int copies = random.nextDouble() < weather.duplicates() ? 2 : 1;
      for (int c = 1; c < copies; c++) {
        retain(message);
      }
      for (int c = 0; c < copies; c++) {
        if (random.nextDouble() < weather.loss()) {
          discard(message);
          lost++;
          continue;
        }
        double delay =
            weather.meanDelay() == 0 ? 0 : -Math.log(1 - random.nextDouble()) * weather.meanDelay();
        after(delay, () -> arrive(to.slot(), message), message);
      }
    }

    @Override
    public void load(FlatVector parameters) {
      loaded = ServerRig.numbers(parameters);
    }

    @Override
    public void train(long round, TrainOrder order) {
      double[] from = loaded;
      after(stepSeconds * order.steps(), () -> trained(this, round, order, from), null);
    }

    @Override
    public Lease lease() {
      return pool.lease();
    }

    @Override
    public void setTimer(String timer, double seconds) {
      long setting = timers.merge(timer, 1L, Long::sum);
      after(
          seconds,
          () -> {
            if (live && timers.get(timer) == setting) {
              peer.on(new Event.TimerFired(timer, now), this);
            }
          },
          null);
    }

    @Override
    public void cancelTimer(String timer) {
      timers.merge(timer, 1L, Long::sum);
    }

    @Override
    public void decided(Decision decision) {
      decisions.add(decision);
      switch (decision) {
        case Decision.Mixed m -> roundsEndedAt.add(now);
        case Decision.Refused r -> refused.merge(r.reason(), 1, Integer::sum);
        default -> {}
      }
    }
  }

  public final VectorPool pool;
  public final List<Decision> decisions = new ArrayList<>();
  public final Map<Refusal, Integer> refused = new TreeMap<>();
  public final Map<Integer, Node> nodes = new TreeMap<>();
  public double now;
  public int lost;

  /** Seconds until the others learn that a worker died. */
  public double detection = 3;

  private final PriorityQueue<Due> queue = new PriorityQueue<>();
  private final SplittableRandom random;
  private final Weather weather;
  private final double[][] centers;
  private final double rate;
  private long order;
  private long epoch = 1;

  public PeerNet(long seed, Weather weather, double[][] centers, double rate) {
    this.random = new SplittableRandom(seed);
    this.weather = weather;
    this.centers = centers;
    this.rate = rate;
    this.pool = VectorPool.unbounded("net", Precision.FLOAT64, centers[0].length);
  }

  /** A place for a worker; {@link #start} starts all that have one. */
  public Node add(int slot, int life, double stepSeconds, PeerWorker peer) {
    Node node = new Node(slot, life, stepSeconds, peer);
    nodes.put(slot, node);
    return node;
  }

  public void start() {
    nodes.values().forEach(n -> n.peer.on(new Event.Started(view(n), now), n));
  }

  /** Starts a worker while the others train; they learn of it at once, but one after another. */
  public Node join(int slot, int life, double stepSeconds, PeerWorker peer) {
    Node node = add(slot, life, stepSeconds, peer);
    epoch++;
    tell(node);
    node.peer.on(new Event.Started(view(node), now), node);
    return node;
  }

  /** A worker dies now; the others learn of it later, each at its own time. */
  public void die(int slot) {
    Node node = nodes.get(slot);
    node.live = false;
    node.peer.close();
    after(
        detection,
        () -> {
          epoch++;
          tell(node);
        },
        null);
  }

  private void tell(Node but) {
    for (Node n : nodes.values()) {
      if (n.live && n != but) {
        View view = view(n);
        after(
            random.nextDouble(),
            () -> {
              if (n.live) {
                n.peer.on(new Event.PeersChanged(view, now), n);
              }
            },
            null);
      }
    }
  }

  private View view(Node self) {
    TreeSet<PeerId> live = new TreeSet<>();
    nodes.values().stream().filter(n -> n.live).forEach(n -> live.add(PeerId.worker(n.slot)));
    return new View(PeerId.worker(self.slot), self.life, epoch, live);
  }

  private void after(double seconds, Runnable what, Message message) {
    queue.add(new Due(now + seconds, order++, what, message));
  }

  private void arrive(int slot, Message message) {
    Node to = nodes.get(slot);
    if (to == null || !to.live) {
      discard(message);
    } else {
      to.peer.on(new Event.Received(message, now), to);
    }
  }

  private void trained(Node node, long round, TrainOrder order, double[] from) {
    if (!node.live) {
      return;
    }
    double[] x = from.clone();
    for (int s = 0; s < order.steps(); s++) {
      for (int c = 0; c < x.length; c++) {
        x[c] -= rate * (x[c] - centers[node.slot][c]);
      }
    }
    Lease delta = pool.lease();
    for (int c = 0; c < x.length; c++) {
      delta.vector().set(c, from[c] - x[c]);
    }
    TrainedRound result =
        new TrainedRound(order.steps(), order.steps(), 0, 0, rate * order.steps());
    node.peer.on(
        new Event.RoundTrained(round, result, node.stepSeconds * order.steps(), delta, now), node);
  }

  private static void retain(Message message) {
    switch (message) {
      case NeighbourModel m -> m.parameters().retain();
      case NeighbourShare s -> s.values().retain();
      default -> {}
    }
  }

  private static void discard(Message message) {
    if (message instanceof Update u) {
      u.discard();
    }
  }

  /** Lets time pass until {@code end}, or until nothing is left to happen. */
  public void run(double end) {
    while (!queue.isEmpty() && queue.peek().at <= end) {
      Due due = queue.remove();
      now = due.at;
      due.what.run();
    }
  }

  public double[] parameters(int slot) {
    return ServerRig.numbers(nodes.get(slot).peer.parameters());
  }

  public <T extends Decision> List<T> decisions(Class<T> kind) {
    return decisions.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The point where the gradients of these workers sum to 0. */
  public double[] optimum(Iterable<Integer> slots) {
    double[] mean = new double[centers[0].length];
    int n = 0;
    for (int slot : slots) {
      n++;
      for (int c = 0; c < mean.length; c++) {
        mean[c] += centers[slot][c];
      }
    }
    for (int c = 0; c < mean.length; c++) {
      mean[c] /= n;
    }
    return mean;
  }

  /** Centers drawn from the seed. */
  public static double[][] centers(long seed, int workers, int dimension) {
    SplittableRandom r = new SplittableRandom(seed);
    double[][] all = new double[workers][dimension];
    for (double[] one : all) {
      for (int c = 0; c < dimension; c++) {
        one[c] = 2 * r.nextDouble() - 1;
      }
    }
    return all;
  }

  public static Float64Vector zeros(int dimension) {
    return Float64Vector.zeros(dimension);
  }

  @Override
  public void close() {
    while (!queue.isEmpty()) {
      Message message = queue.remove().message;
      if (message != null) {
        discard(message);
      }
    }
    nodes.values().stream().filter(n -> n.live).forEach(n -> n.peer.close());
    if (pool.outstanding() != 0) {
      throw new AssertionError("leases that were not given back: " + pool.outstanding());
    }
  }
}
