package org.estafette.actor.checkpoint;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Layout;

/** A checkpoint that verified. Everything is read from disk when it is asked for. */
public final class StoredCheckpoint {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path path;
  private final Manifest manifest;

  StoredCheckpoint(Path path, Manifest manifest) {
    this.path = path;
    this.manifest = manifest;
  }

  /** The folder. */
  public Path path() {
    return path;
  }

  /** The run's id. */
  public String run() {
    return manifest.run();
  }

  /** How many updates the global model had had. */
  public long version() {
    return manifest.version();
  }

  /** What the writer added to the manifest. */
  public Map<String, Object> attributes() {
    return Collections.unmodifiableMap(manifest.attributes());
  }

  /** The names of all files but the manifest. */
  public List<String> files() {
    return manifest.files().stream().map(Manifest.FileEntry::name).toList();
  }

  /** Fills a vector with the model's parameters, by the layout's own names. */
  public void readModel(Layout layout, FlatVector parameters) throws IOException {
    readModel(layout, parameters, UnaryOperator.identity());
  }

  /**
   * Fills a vector with the model's parameters.
   *
   * @param names name in the file for the name in the layout, as when it was written
   * @throws CheckpointException where the model has other tensors
   */
  public void readModel(Layout layout, FlatVector parameters, UnaryOperator<String> names)
      throws IOException {
    try (SafetensorsFile file = openModel()) {
      file.readInto(layout, parameters, names);
    }
  }

  /** The model's tensors, for whoever wants to look at them; to be closed. */
  public SafetensorsFile openModel() throws IOException {
    return SafetensorsFile.open(path.resolve(Checkpoint.MODEL));
  }

  /**
   * Fills a vector of the training state.
   *
   * @throws CheckpointException where there is no such vector of that layout
   */
  public void readVector(String name, Layout layout, FlatVector vector) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path.resolve(Checkpoint.STATE))) {
      file.readInto(layout, vector, Checkpoint.stateNames(name));
    }
  }

  /** Whether there is a vector of the training state of that name. */
  public boolean hasVector(String name) {
    return manifest.files().stream()
        .filter(f -> f.name().equals(Checkpoint.STATE))
        .flatMap(f -> f.tensors().stream())
        .anyMatch(t -> t.name().startsWith(Checkpoint.stateNames(name).apply("")));
  }

  /**
   * Integers of the training state.
   *
   * @throws CheckpointException where there are none of that name
   */
  public long[] counters(String name) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path.resolve(Checkpoint.STATE))) {
      return file.longs(name);
    }
  }

  /**
   * The content of a named file.
   *
   * @throws CheckpointException where the checkpoint has none of that name
   */
  public byte[] file(String name) throws IOException {
    if (!files().contains(name)) {
      throw new CheckpointException(
          path + ": no file " + name + " (expected one of " + files() + ")");
    }
    return Files.readAllBytes(path.resolve(name));
  }

  /** The content of {@code config.json}; empty where none was written. */
  public Map<String, Object> modelConfig() throws IOException {
    if (!files().contains(Checkpoint.CONFIG)) {
      return Map.of();
    }
    return JSON.readValue(
        file(Checkpoint.CONFIG), new TypeReference<LinkedHashMap<String, Object>>() {});
  }
}
