package org.estafette.actor.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import org.estafette.actor.checkpoint.Checkpoint;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.checkpoint.StoredCheckpoint;
import org.estafette.actor.checkpoint.TransformersNames;
import org.estafette.actor.checkpoint.Verification;
import org.estafette.algorithm.server.ServerState;
import org.estafette.algorithm.server.WorkerRecord;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Layout;
import org.jspecify.annotations.Nullable;

/** A server's state as a checkpoint, and back. */
public final class RunCheckpoints {
  private static final String STATE = "server.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final CheckpointStore store;
  private final Layout layout;
  private final Map<String, Object> modelConfig;
  private final UnaryOperator<String> names;
  private final String run;

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
      List<WorkerRecord> workers) {}

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
    this.names = modelConfig.isEmpty() ? UnaryOperator.identity() : TransformersNames.gpt2();
    this.run = run;
  }

  /**
   * Writes a state whose vectors nobody changes meanwhile.
   *
   * @return the checkpoint's folder
   */
  public Path write(ServerState state, Map<String, byte[]> files) throws IOException {
    Checkpoint.Builder b = Checkpoint.builder(run, state.version());
    state
        .vectors()
        .forEach(
            (name, vector) -> {
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
                state.schema(), state.epoch(), state.version(), state.counter(), state.localSteps(),
                state.tokens(), state.sent(), state.finished(), state.shardProgress(), state.workers())));
    files.forEach(b::file);
    b.attribute("tokens", state.tokens()).attribute("local_steps", state.localSteps());
    b.attribute("vectors", new ArrayList<>(state.vectors().keySet()));
    return store.write(b.build());
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
      FlatVector vector = org.estafette.memory.Float32Vector.allocate(layout.length());
      if (name.equals(ServerState.PARAMETERS)) {
        checkpoint.readModel(layout, vector, names);
      } else {
        checkpoint.readVector((String) name, layout, vector);
      }
      vectors.put((String) name, vector);
    }
    return new ServerState(
        s.schema(), s.epoch(), s.version(), s.counter(), s.localSteps(), s.tokens(), s.sent(),
        s.finished(), s.shardProgress(), s.workers(), List.of(), Double.NaN, vectors);
  }

  private static List<?> vectorNames(StoredCheckpoint checkpoint) throws IOException {
    @Nullable Object names = checkpoint.attributes().get("vectors");
    if (names instanceof List<?> list) {
      return list;
    }
    throw new IOException(checkpoint.path() + ": the manifest does not say which vectors there are");
  }
}
