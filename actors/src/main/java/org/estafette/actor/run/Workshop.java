package org.estafette.actor.run;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.estafette.actor.checkpoint.Transformers;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.data.ReadProgress;
import org.estafette.actor.data.UnreadableDataException;
import org.estafette.actor.wire.PushPacking;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.estafette.algorithm.model.GptConfig;
import org.estafette.algorithm.model.Model;
import org.estafette.algorithm.outer.OuterOptimizer;
import org.estafette.algorithm.peer.Peer;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.algorithm.peer.PeerPlan;
import org.estafette.algorithm.peer.PeerWorker;
import org.estafette.algorithm.peer.Surroundings;
import org.estafette.algorithm.peer.gossip.PairwiseWorker;
import org.estafette.algorithm.server.AsyncWorker;
import org.estafette.algorithm.server.ParameterServer;
import org.estafette.algorithm.server.RoundCoordinator;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerPlan;
import org.estafette.algorithm.server.ServerWorker;
import org.estafette.algorithm.train.DeviceTrainer;
import org.estafette.device.Device;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.Precision;

/**
 * Makes a run's parts from its configuration: data, models, trainers, server and workers. The
 * dataset and the devices are opened once and shared by all workers of a node.
 */
public final class Workshop implements AutoCloseable {
  private final RunConfig config;
  private final Dataset dataset;
  private final WorkerDevices devices;
  private final Layout layout;
  private final int tokensPerStep;

  private Workshop(RunConfig config, Dataset dataset, WorkerDevices devices) {
    this.config = config;
    this.dataset = dataset;
    this.devices = devices;
    try (Model probe = Models.create(config.model(), devices.of(0), dataset)) {
      this.layout = probe.layout();
    }
    this.tokensPerStep = dataset.newBatch(config.model().batch()).tokens();
  }

  /**
   * Reads the data and opens the device.
   *
   * @param notices told what a person should know of the data, a sentence each
   * @throws UnreadableDataException where the data cannot be read
   * @throws ConfigException where the configuration names what there is not
   */
  public static Workshop open(RunConfig config, ReadProgress progress, Consumer<String> notices)
      throws UnreadableDataException {
    if (config.withoutServer()) {
      Peers.check(config);
      Neighbours.check(config, notices);
    } else {
      Algorithms.check(config);
    }
    Idle.tell(config, notices);
    WorkerDevices devices = WorkerDevices.open(config.device(), notices);
    try {
      return new Workshop(config, Datasets.open(config, progress, notices), devices);
    } catch (IllegalArgumentException e) {
      devices.close();
      throw new ConfigException(String.valueOf(e.getMessage()));
    } catch (UnreadableDataException | RuntimeException e) {
      devices.close();
      throw e;
    }
  }

  /** The configuration. */
  public RunConfig config() {
    return config;
  }

  /** The data, shared. */
  public Dataset dataset() {
    return dataset;
  }

  /** The tensors of the model. */
  public Layout layout() {
    return layout;
  }

  /** Tokens of one local step. */
  public int tokensPerStep() {
    return tokensPerStep;
  }

  /** Local steps of the whole run. */
  public long budget() {
    return steps(config.tokens());
  }

  /** Local steps of a run of so many tokens. */
  public long steps(long tokens) {
    return Math.max(1, Math.ceilDiv(tokens, tokensPerStep));
  }

  /** A trainer of its own for an evaluator, or for sampling. */
  public DeviceTrainer newTrainer() {
    return newTrainer(0, false);
  }

  /**
   * A trainer of its own for one worker.
   *
   * @param index the worker's, which decides its device
   */
  public DeviceTrainer newTrainer(int index) {
    return newTrainer(index, config.exchange().overlap());
  }

  private DeviceTrainer newTrainer(int index, boolean beside) {
    Device device = devices.of(index);
    return new DeviceTrainer(
        device,
        Models.create(config.model(), device, dataset),
        dataset,
        config.model().batch(),
        Algorithms.trainer(config, budget()),
        beside);
  }

  /** How the tensors of this run's updates travel. */
  public PushPacking packing() {
    return new PushPacking(layout.length(), config.exchange().bits());
  }

  /** The model's first parameters, decided by the seed. */
  public Float32Vector initialParameters() {
    Float32Vector parameters = Float32Vector.allocate(layout.length());
    try (Model model = Models.create(config.model(), devices.of(0), dataset)) {
      model.initialize(parameters, config.seed());
    }
    return parameters;
  }

  /** The server of run {@code run}, which owns {@code parameters} from now on. */
  public Server newServer(long run, Float32Vector parameters) {
    OuterOptimizer outer = Algorithms.outer(config, layout.length(), Precision.FLOAT32);
    long[] sizes = new long[dataset.shards()];
    java.util.Arrays.setAll(sizes, dataset::shardTokens);
    ServerPlan plan = Algorithms.plan(config, run, budget(), sizes);
    if (config.ownStrategy().named()) {
      Strategy.ServerParts parts =
          new Strategy.ServerParts(
              plan, parameters, outer, config.workers().count(), config.ownStrategy().options());
      Strategy own = Algorithms.strategy(config);
      return Classes.asked("strategy", own, () -> own.server(parts));
    }
    if (!config.synchronous()) {
      return new ParameterServer(plan, parameters, outer);
    }
    RoundCoordinator.Averaging averaging =
        config.outer().byTokens()
            ? RoundCoordinator.Averaging.TOKENS
            : RoundCoordinator.Averaging.UNIFORM;
    return new RoundCoordinator(
        plan,
        parameters,
        outer,
        averaging,
        Algorithms.aggregation(config),
        config.workers().count(),
        30);
  }

  /**
   * A mailbox of the configured policy.
   *
   * @throws ConfigException where its class cannot be used
   */
  public UpdateQueue newMailbox() {
    RunConfig.Mailbox m = config.mailbox();
    return (UpdateQueue)
        Classes.named(
            m.policy(),
            "mailboxes." + m.name() + ".policy",
            "",
            new Class<?>[] {UpdateQueue.class},
            new Class<?>[] {QueueOptions.class},
            new QueueOptions(m.capacity(), config.mailboxPeriod(), m.values()));
  }

  /**
   * A worker of run {@code run}.
   *
   * @param patience seconds after which it asks again
   * @param secondsPerStep what a step is expected to take; NaN where unknown
   */
  public ServerWorker newWorker(long run, double patience, double secondsPerStep) {
    if (config.ownStrategy().named()) {
      Strategy.WorkerParts parts =
          new Strategy.WorkerParts(
              run,
              patience,
              secondsPerStep,
              layout.length(),
              Algorithms.displacement(config),
              config.ownStrategy().options());
      Strategy own = Algorithms.strategy(config);
      return Classes.asked("strategy", own, () -> own.worker(parts));
    }
    // A round's answer comes when the slowest has pushed, however long that takes.
    return new AsyncWorker(
        run, config.synchronous() ? Double.POSITIVE_INFINITY : patience, secondsPerStep);
  }

  /**
   * A worker of run {@code run} that has no server.
   *
   * @param first its first parameters, its own from now on
   * @param joins whether it comes while others train: it asks one of them for theirs
   */
  public Peer newPeer(long run, Float32Vector first, boolean joins) {
    PeerPlan plan = Peers.plan(config, run);
    Surroundings around = Peers.surroundings(config);
    if (Peers.pairwise(config)) {
      return joins
          ? PairwiseWorker.joining(plan, around, first, config.seed())
          : PairwiseWorker.starting(plan, around, first, config.seed());
    }
    PeerMethod method = Peers.method(config, layout);
    return joins
        ? PeerWorker.joining(plan, around, method, first)
        : PeerWorker.starting(plan, around, method, first);
  }

  /**
   * Tries the mailbox before anything is started with it.
   *
   * @throws ConfigException where its class cannot be used, is for messages of another kind, or
   *     would lose what the method needs
   */
  public void checkMailbox() {
    Peers.checkMailbox(config, newMailbox(), layout);
  }

  /** Whether workers without a server go on each at its own pace. */
  public boolean asynchronousPeers() {
    return Peers.plan(config, 0).pace() == PeerPlan.Pace.ASYNCHRONOUS;
  }

  /** Most neighbours that a worker without a server has while all are there. */
  public int mostNeighbours() {
    return Neighbours.graph(config).maxDegree();
  }

  /**
   * G = K·w·lr/(1−β), with the forms that average N pushes counted as such; 1 without a server,
   * where the mean of the parameters moves by the mean of what the workers do.
   */
  public double gain() {
    if (config.withoutServer()) {
      return 1;
    }
    return Algorithms.gain(config, Algorithms.outer(config, 1, Precision.FLOAT32));
  }

  /** What Python's transformers wants in config.json; empty for models that it does not know. */
  public Map<String, Object> transformersConfig() {
    if (!config.model().kind().equals("gpt")) {
      return Map.of();
    }
    GptConfig g = Models.gpt(config.model());
    return Transformers.gpt2Config(
        g.vocabulary(), g.context(), g.layers(), g.heads(), g.width(), g.tied());
  }

  /** Facts for people: what the run is made of, a line each. */
  public Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data", dataset.toString());
    facts.put(
        "model",
        config.model().kind() + ", " + String.format("%,d", layout.parameters()) + " parameters");
    facts.put("device", devices.describe());
    if (config.withoutServer()) {
      facts.put("strategy", config.strategy());
      facts.put("graph", Neighbours.describe(config));
    } else {
      facts.put("strategy", config.strategy() + ", gain G = " + String.format("%.2f", gain()));
    }
    return facts;
  }

  @Override
  public void close() {
    devices.close();
  }
}
