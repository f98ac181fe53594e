package org.estafette.actor.config;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.estafette.device.ComputePrecision;

/**
 * A run's configuration, checked. The meaning, unit and range of each value stand in {@code
 * estafette-reference.conf}, under the same names.
 */
public record RunConfig(
    String name,
    long seed,
    Meeting meeting,
    OwnStrategy ownStrategy,
    long tokens,
    Processors device,
    Workers workers,
    Steps localSteps,
    Exchange exchange,
    Topology topology,
    Relay relay,
    Gossip gossip,
    Outer outer,
    Guard guard,
    Staleness staleness,
    Grace grace,
    Shards shards,
    Inner inner,
    Schedule schedule,
    ModelChoice model,
    DataChoice data,
    Mailbox mailbox,
    Evaluation evaluation,
    Checkpoints checkpoint,
    String runFolder,
    boolean tensorboard,
    Channel channel,
    Cluster cluster,
    Management management,
    Security security,
    Faults faults,
    History history,
    Simulation simulation,
    Config source) {

  /** {@code estafette.strategy}. */
  public enum Meeting {
    /** A server applies each push when it arrives. */
    ASYNC,
    /** A server, in rounds. */
    SYNC,
    /** No server: sums of models travel along a tree. */
    RELAY,
    /** No server: averages with neighbours. */
    GOSSIP
  }

  /**
   * A strategy of the user's own; the meeting is {@code ASYNC} then.
   *
   * @param className empty where {@code estafette.strategy} names one that comes along
   * @param options {@code estafette.strategy-options}
   */
  public record OwnStrategy(String className, Map<String, String> options) {
    /** Whether there is one. */
    public boolean named() {
      return !className.isEmpty();
    }
  }

  /**
   * {@code estafette.history}.
   *
   * @param record whether each process writes down what becomes of every push
   * @param vectors whether with their numbers
   * @param folder for this node's part; empty for the run's folder
   */
  public record History(boolean record, boolean vectors, String folder) {}

  /**
   * Where models are computed.
   *
   * @param names {@code estafette.device}: one or more devices, which a node's workers take in turn
   * @param precision {@code estafette.compute.precision}
   */
  public record Processors(String names, ComputePrecision precision) {}

  /** Whether a server closes rounds. */
  public boolean synchronous() {
    return meeting == Meeting.SYNC;
  }

  /** Whether workers exchange with neighbours, and nobody owns a global model. */
  public boolean withoutServer() {
    return meeting == Meeting.RELAY || meeting == Meeting.GOSSIP;
  }

  /** {@code estafette.topology}, with "auto" resolved. */
  public record Topology(
      String kind,
      int degree,
      double probability,
      int rows,
      List<List<Integer>> edges,
      String weights,
      double edgeWeight,
      boolean lazy) {}

  /** {@code estafette.relay}. */
  public record Relay(
      String form,
      double mix,
      String fill,
      boolean overlap,
      boolean asynchronous,
      boolean doubleTrees,
      Duration patience) {}

  /** {@code estafette.gossip}. */
  public record Gossip(
      String method,
      boolean asynchronous,
      boolean overlap,
      String form,
      double momentum,
      int averagings,
      double consensusTarget,
      int exchanges,
      Duration patience) {}

  /** {@code estafette.workers}. */
  public record Workers(int count, List<Double> speeds, double stepSeconds, Duration patience) {
    /** Relative speed of a slot; 1 where none is configured. */
    public double speed(int slot) {
      return speeds.isEmpty() ? 1 : speeds.get(slot % speeds.size());
    }
  }

  /** {@code estafette.local-steps}. */
  public record Steps(int count, boolean dynamic, int least) {}

  /**
   * {@code estafette.exchange}.
   *
   * @param overlap whether a worker goes on while its push travels
   * @param bits of an element of a push on its way: 32, 8 or 4
   */
  public record Exchange(boolean overlap, int bits) {
    /** Whether pushes are rounded. */
    public boolean quantized() {
      return bits != 32;
    }

    /** What of it is not the default, for the strategy's name. */
    String inWords() {
      return (overlap ? " overlapped" : "") + (quantized() ? " " + bits + "-bit" : "");
    }
  }

  /** {@code estafette.outer}, with "auto" resolved. */
  public record Outer(
      String rule,
      double rate,
      double momentum,
      int period,
      double spread,
      double weight,
      double beta2,
      double epsilon,
      double weightDecay,
      boolean byTokens,
      Aggregation aggregation,
      Clip clip,
      Map<String, String> options) {}

  /**
   * {@code estafette.outer.aggregation}.
   *
   * @param keep 0 for "auto"
   */
  public record Aggregation(String rule, double trim, int byzantine, int keep) {
    /** Whether pushes are averaged, or applied one by one. */
    public boolean mean() {
      return rule.equals("mean");
    }
  }

  /** {@code estafette.outer.clip}; infinite where it is off. */
  public record Clip(double median, double norm) {
    /** Whether there is a limit. */
    public boolean active() {
      return Double.isFinite(median) || Double.isFinite(norm);
    }
  }

  /** {@code estafette.guard}; an infinite factor where the norm does not matter. */
  public record Guard(
      double normFactor,
      int window,
      int warmup,
      int refusals,
      int within,
      int probation,
      boolean outliers) {}

  /** {@code estafette.staleness}. */
  public record Staleness(
      boolean polynomial, double exponent, OptionalLong max, double compensation) {}

  /** {@code estafette.grace}. */
  public record Grace(double seconds, boolean predictive) {}

  /** {@code estafette.shards}, with "auto" resolved. */
  public record Shards(String choice, int count) {}

  /** {@code estafette.inner}. */
  public record Inner(
      String optimizer,
      double rate,
      double momentum,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      double clip,
      boolean reset) {}

  /** {@code estafette.schedule}. */
  public record Schedule(double warmup, double floor, boolean perShard) {}

  /** {@code estafette.model}. */
  public record ModelChoice(
      String kind,
      int batch,
      int layers,
      int heads,
      int width,
      int context,
      boolean tied,
      List<Integer> hidden,
      String initialization,
      List<Integer> channels,
      int groups,
      Map<String, String> options) {}

  /** {@code estafette.data}. */
  public record DataChoice(
      String kind,
      String path,
      String partition,
      double alpha,
      double validation,
      long maxBytes,
      String mixture,
      ImageChoice images,
      Map<String, String> options) {}

  /** {@code estafette.data.images}. */
  public record ImageChoice(
      boolean augment, int side, int classes, double noise, int rows, int validationRows) {}

  /** The section of {@code estafette.mailboxes} that {@code estafette.mailbox} names. */
  public record Mailbox(String name, String policy, int capacity, Map<String, String> values) {}

  /** {@code estafette.evaluation}. */
  public record Evaluation(double every, int batches) {}

  /** {@code estafette.checkpoint}. */
  public record Checkpoints(Duration every, int keep) {}

  /** {@code estafette.channel}. */
  public record Channel(int term, int mtu, String host, int port, String advertise, long shm) {}

  /** {@code estafette.cluster}. */
  public record Cluster(
      String host,
      int port,
      String bindHost,
      OptionalInt bindPort,
      String join,
      Duration patience,
      Duration leaveWithin,
      boolean quickDetection,
      boolean oldestSurvives) {}

  /**
   * {@code estafette.management}.
   *
   * @param port empty for "auto": 8558, or a free one where that is taken
   */
  public record Management(
      boolean enabled,
      String host,
      OptionalInt port,
      boolean writes,
      String user,
      String passwordFile) {}

  /**
   * {@code estafette.security}.
   *
   * @param keys folder made by {@code estafette keys create}; empty for none
   */
  public record Security(String keys) {}

  /**
   * {@code estafette.faults}.
   *
   * @param enabled whether faults may be brought about
   * @param plan the file of a fault plan; empty for none
   */
  public record Faults(boolean enabled, String plan) {}

  /** {@code estafette.simulation}. */
  public record Simulation(
      double latency, double bandwidth, double serverSeconds, double jitter, List<Death> deaths) {
    /** One of {@code estafette.simulation.deaths}. */
    public record Death(double at, int slot, double downtime) {}
  }

  /** "async delayed-nesterov" and the like, for people and summaries. */
  public String strategy() {
    return switch (meeting) {
      case SYNC -> "sync " + outer.rule() + exchange.inWords();
      case ASYNC ->
          (ownStrategy.named() ? ownStrategy.className().replaceFirst(".*\\.", "") + " " : "async ")
              + outer.rule()
              + (localSteps.dynamic() ? " dylu" : "")
              + exchange.inWords();
      case RELAY ->
          (relay.asynchronous() ? "async " : "")
              + "relay "
              + relay.form()
              + ", "
              + (relay.doubleTrees() ? "double " : "")
              + topology.kind();
      case GOSSIP ->
          (gossip.asynchronous() ? "async " : "")
              + "gossip "
              + gossip.method()
              + ", "
              // It brings its graph along.
              + (gossip.method().equals("sgp") ? "exponential" : topology.kind());
    };
  }

  /** Pushes that may wait together: those of one momentum period, for rules that have one. */
  public int mailboxPeriod() {
    return switch (outer.rule()) {
      case "delayed-nesterov", "buffered-nesterov", "fedbuff" -> synchronous() ? 1 : outer.period();
      default -> 1;
    };
  }
}
