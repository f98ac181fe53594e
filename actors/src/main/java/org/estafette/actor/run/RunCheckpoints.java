package org.estafette.actor.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.estafette.actor.checkpoint.Checkpoint;
import org.estafette.actor.checkpoint.CheckpointException;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.checkpoint.Epochs;
import org.estafette.actor.checkpoint.StoredCheckpoint;
import org.estafette.actor.checkpoint.Transformers;
import org.estafette.actor.checkpoint.VectorDigests;
import org.estafette.actor.checkpoint.Verification;
import org.estafette.actor.checkpoint.WriteGuard;
import org.estafette.actor.halt.HaltPoints;
import org.estafette.algorithm.guard.GuardState;
import org.estafette.algorithm.server.ServerState;
import org.estafette.algorithm.server.WorkerRecord;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;
import org.estafette.memory.Lease;
import org.estafette.simulation.SimulationState;
import org.jspecify.annotations.Nullable;

/** A server's state as a checkpoint, and back. */
public final class RunCheckpoints {
  private static final String STATE = "server.json";
  private static final String TALLY = "run.json";
  private static final String SIMULATION = "simulation.json";
  private static final String SIMULATION_VECTOR = "simulation-";
  private static final String DIGESTS = "digests";
  private static final String EPOCH = "epoch";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final CheckpointStore store;
  private final Layout layout;
  private final Map<String, Object> modelConfig;
  private final UnaryOperator<String> names;
  private final String run;
  private volatile WriteGuard asked = WriteGuard.NONE;

  /** What of a {@link ServerState} is no vector. */
  private record Scalars(
      int schema,
      long epoch,
      long version,
      long counter,
      long localSteps,
      long tokens,
      long sent,
      boolean finished,
      long[] shardProgress,
      List<WorkerRecord> workers,
      @Nullable GuardState guard) {}

  /**
   * The checkpoints of a run folder.
   *
   * @param folder {@code checkpoints/}
   * @param keep how many stay
   */
  public RunCheckpoints(Path folder, int keep, String run, Workshop workshop) throws IOException {
    this.store = new CheckpointStore(folder, keep);
    this.layout = workshop.layout();
    this.modelConfig = workshop.transformersConfig();
    this.names = names(modelConfig);
    this.run = run;
  }

  /** Where they lie. */
  public Path folder() {
    return store.folder();
  }

  /** Refuses to write while {@code full} says so, as a full disk would; for faults. */
  public void diskFull(BooleanSupplier full) {
    store.diskFull(full);
  }

  /** Keeps so many checkpoints, from the next one that is written on. */
  public void keep(int checkpoints) {
    store.keep(checkpoints);
  }

  /**
   * Writes a state whose vectors nobody changes meanwhile. A version that is there already, and
   * verifies, is not written again: no push has come since.
   *
   * @param tally what the run had counted then
   * @return the checkpoint's folder
   */
  public Path write(ServerState state, RunTally tally) throws IOException {
    Path there = written(state);
    return there != null
        ? there
        : store.write(builder(state).file(TALLY, JSON.writeValueAsBytes(tally)).build());
  }

  /** What the run had counted at that checkpoint; null in one of an earlier release. */
  public @Nullable RunTally tally(StoredCheckpoint checkpoint) throws IOException {
    return checkpoint.files().contains(TALLY)
        ? JSON.readValue(checkpoint.file(TALLY), RunTally.class)
        : null;
  }

  /**
   * Claims the next epoch, above those of all servers before and of all checkpoints. From then on
   * this writes only while nobody has claimed a later one.
   *
   * @param holder who it is, for people
   * @param number of the run
   */
  public Epochs.Claim claim(String holder, long number) throws IOException {
    long saved = 0;
    if (Epochs.newestIn(store.folder()) == 0) {
      // Of a release that claimed none, or copied without the claims.
      StoredCheckpoint newest = store.latest().checkpoint();
      saved = newest == null ? 0 : JSON.readValue(newest.file(STATE), Scalars.class).epoch();
    }
    Epochs.Claim claim = Epochs.claim(store.folder(), saved + 1, holder, number);
    HaltPoints.reached(HaltPoints.CLAIMED);
    store.guard(WriteGuard.of(claim).and(asked));
    return claim;
  }

  /** Has every change to the disk asked for, beside the claim; before it is made. */
  public void guard(WriteGuard also) {
    asked = also;
    store.guard(also);
  }

  private @Nullable Path written(ServerState state) throws IOException {
    StoredCheckpoint newest = store.latest().checkpoint();
    if (newest == null || newest.version() != state.version()) {
      return null;
    }
    Object epoch = newest.attributes().get(EPOCH);
    Object digests = newest.attributes().get(DIGESTS);
    boolean formerServer = epoch instanceof Number n && n.longValue() != state.epoch();
    if (formerServer && digests != null && !digests.equals(VectorDigests.of(state.vectors()))) {
      // That server's last pushes died with it: the version of that number is another one now.
      store.setAside(newest);
      return null;
    }
    return newest.path();
  }

  /** Writes a whole simulation; its server's parameters are the model. */
  public Path write(SimulationState state) throws IOException {
    Path there = written(state.server());
    if (there != null) {
      return there;
    }
    SimulationCodec.Encoded encoded = SimulationCodec.write(state);
    Checkpoint.Builder b = builder(state.server());
    b.file(SIMULATION, encoded.json());
    b.attribute("simulation_vectors", encoded.vectors().size());
    for (int i = 0; i < encoded.vectors().size(); i++) {
      b.vector(SIMULATION_VECTOR + i, layout, encoded.vectors().get(i));
    }
    return store.write(b.build());
  }

  private Checkpoint.Builder builder(ServerState state) throws IOException {
    Checkpoint.Builder b = Checkpoint.builder(run, state.version());
    state
        .vectors()
        .forEach((name, vector) -> {
          if (name.equals(ServerState.PARAMETERS)) {
            b.model(layout, vector, names);
          } else {
            b.vector(name, layout, vector);
          }
        });
    if (!modelConfig.isEmpty()) {
      b.modelConfig(modelConfig);
    }
    b.file(
        STATE,
        JSON.writeValueAsBytes(
            new Scalars(
                state.schema(),
                state.epoch(),
                state.version(),
                state.counter(),
                state.localSteps(),
                state.tokens(),
                state.sent(),
                state.finished(),
                state.shardProgress(),
                state.workers(),
                state.guard())));
    b.attribute("tokens", state.tokens()).attribute("local_steps", state.localSteps());
    b.attribute("vectors", new ArrayList<>(state.vectors().keySet()));
    b.attribute(DIGESTS, VectorDigests.of(state.vectors()));
    b.attribute(EPOCH, state.epoch());
    return b;
  }

  /** The newest checkpoint that verifies, with reports on those that do not. */
  public CheckpointStore.Search latest() throws IOException {
    return store.latest();
  }

  /** Reports on corrupt checkpoints, a line each. */
  public static List<String> reports(CheckpointStore.Search search) {
    return search.corrupt().stream().map(Verification::toString).toList();
  }

  /** The state that a checkpoint holds, in vectors of its own. */
  public ServerState read(StoredCheckpoint checkpoint) throws IOException {
    Scalars s = JSON.readValue(checkpoint.file(STATE), Scalars.class);
    SequencedMap<String, FlatVector> vectors = new LinkedHashMap<>();
    for (Object name : vectorNames(checkpoint)) {
      FlatVector vector = Float32Vector.allocate(layout.length());
      if (name.equals(ServerState.PARAMETERS)) {
        checkpoint.readModel(layout, vector, names);
      } else {
        checkpoint.readVector((String) name, layout, vector);
      }
      vectors.put((String) name, vector);
    }
    Object saved = checkpoint.attributes().get(DIGESTS);
    Map<String, String> seen = VectorDigests.of(vectors);
    if (saved != null && !saved.equals(seen)) {
      throw new CheckpointException(
          checkpoint.path() + ": vectors are " + seen + " (expected " + saved + ")");
    }
    return new ServerState(
        s.schema(),
        s.epoch(),
        s.version(),
        s.counter(),
        s.localSteps(),
        s.tokens(),
        s.sent(),
        s.finished(),
        s.shardProgress(),
        s.workers(),
        List.of(),
        Double.NaN,
        vectors,
        s.guard() == null ? GuardState.NONE : s.guard());
  }

  /** The model's parameters of a checkpoint, for the model that {@code workshop} makes. */
  public static Float32Vector parameters(StoredCheckpoint checkpoint, Workshop workshop)
      throws IOException {
    Float32Vector vector = Float32Vector.allocate(workshop.layout().length());
    checkpoint.readModel(workshop.layout(), vector, names(workshop.transformersConfig()));
    return vector;
  }

  private static UnaryOperator<String> names(Map<String, Object> modelConfig) {
    return modelConfig.isEmpty() ? UnaryOperator.identity() : Transformers.gpt2Names();
  }

  /** The simulation that a checkpoint holds; its leases come from {@code lease}. */
  public SimulationState readSimulation(StoredCheckpoint checkpoint, Supplier<Lease> lease)
      throws IOException {
    if (!checkpoint.files().contains(SIMULATION)) {
      throw new IOException(
          checkpoint.path()
              + " is of a cluster, not of a simulation; resume it with `estafette train`");
    }
    int count = (Integer) Objects.requireNonNull(checkpoint.attributes().get("simulation_vectors"));
    List<FlatVector> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      FlatVector vector = Float32Vector.allocate(layout.length());
      checkpoint.readVector(SIMULATION_VECTOR + i, layout, vector);
      vectors.add(vector);
    }
    return SimulationCodec.read(checkpoint.file(SIMULATION), vectors, lease);
  }

  private static List<?> vectorNames(StoredCheckpoint checkpoint) throws IOException {
    @Nullable Object names = checkpoint.attributes().get("vectors");
    if (names instanceof List<?> list) {
      return list;
    }
    throw new IOException(
        checkpoint.path() + ": the manifest does not say which vectors there are");
  }
}
