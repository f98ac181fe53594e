package org.estafette.actor.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Layout;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint is to hold. Vectors are not copied: they must not change until the store has
 * written them.
 */
public final class Checkpoint {
  static final String MODEL = "model.safetensors";
  static final String STATE = "state.safetensors";
  static final String CONFIG = "config.json";
  private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /** A vector with its layout, under a name. */
  record NamedVector(String name, Layout layout, FlatVector vector) {}

  private final String run;
  private final long version;
  private final NamedVector model;
  private final UnaryOperator<String> modelNames;
  private final @Nullable Map<String, Object> modelConfig;
  private final List<NamedVector> vectors;
  private final Map<String, long[]> counters;
  private final Map<String, byte[]> files;
  private final Map<String, Object> attributes;

  private Checkpoint(Builder b, NamedVector model) {
    this.run = b.run;
    this.version = b.version;
    this.model = model;
    this.modelNames = b.modelNames;
    this.modelConfig = b.modelConfig == null ? null : new LinkedHashMap<>(b.modelConfig);
    this.vectors = List.copyOf(b.vectors);
    this.counters = new LinkedHashMap<>(b.counters);
    this.files = new LinkedHashMap<>(b.files);
    this.attributes = new LinkedHashMap<>(b.attributes);
  }

  /**
   * Starts a checkpoint.
   *
   * @param run the run's id
   * @param version how many updates the global model has had
   */
  public static Builder builder(String run, long version) {
    return new Builder(run, version);
  }

  /** Name in {@code state.safetensors} of a tensor of the vector {@code vector}. */
  static UnaryOperator<String> stateNames(String vector) {
    return tensor -> vector + "/" + tensor;
  }

  static boolean isFileName(String name) {
    return FILE_NAME.matcher(name).matches();
  }

  String run() {
    return run;
  }

  long version() {
    return version;
  }

  NamedVector model() {
    return model;
  }

  UnaryOperator<String> modelNames() {
    return modelNames;
  }

  @Nullable Map<String, Object> modelConfig() {
    return modelConfig;
  }

  List<NamedVector> vectors() {
    return vectors;
  }

  Map<String, long[]> counters() {
    return counters;
  }

  Map<String, byte[]> files() {
    return files;
  }

  Map<String, Object> attributes() {
    return attributes;
  }

  /** Gathers the parts. */
  public static final class Builder {
    private final String run;
    private final long version;
    private @Nullable NamedVector model;
    private UnaryOperator<String> modelNames = UnaryOperator.identity();
    private @Nullable Map<String, Object> modelConfig;
    private final List<NamedVector> vectors = new ArrayList<>();
    private final Map<String, long[]> counters = new LinkedHashMap<>();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, Object> attributes = new LinkedHashMap<>();

    private Builder(String run, long version) {
      if (version < 0) {
        throw new IllegalArgumentException("version=" + version + " (expected >= 0)");
      }
      this.run = run;
      this.version = version;
    }

    /** The parameters, for {@code model.safetensors}, under the layout's own names. */
    public Builder model(Layout layout, FlatVector parameters) {
      return model(layout, parameters, UnaryOperator.identity());
    }

    /**
     * The parameters, for {@code model.safetensors}.
     *
     * @param names name in the file for the name in the layout, see {@link Transformers}
     */
    public Builder model(Layout layout, FlatVector parameters, UnaryOperator<String> names) {
      this.model = new NamedVector("model", layout, parameters);
      this.modelNames = names;
      return this;
    }

    /** The content of {@code config.json}: what Python's transformers wants to know. */
    public Builder modelConfig(Map<String, Object> config) {
      this.modelConfig = config;
      return this;
    }

    /** A vector of the training state, for {@code state.safetensors}: momentum, buffer, moments. */
    public Builder vector(String name, Layout layout, FlatVector vector) {
      if (vectors.stream().anyMatch(v -> v.name().equals(name))) {
        throw new IllegalArgumentException("vector " + name + " is there twice");
      }
      vectors.add(new NamedVector(name, layout, vector));
      return this;
    }

    /** Integers of the training state, for {@code state.safetensors}; copied. */
    public Builder counters(String name, long... values) {
      if (counters.put(name, values.clone()) != null) {
        throw new IllegalArgumentException("counters " + name + " are there twice");
      }
      return this;
    }

    /**
     * One more file beside the tensors.
     *
     * @throws IllegalArgumentException where the name is taken or is not letters, digits, '.', '_',
     *     '-'
     */
    public Builder file(String name, byte[] content) {
      boolean reserved = List.of(MODEL, STATE, CONFIG, Manifest.NAME).contains(name);
      if (reserved || !isFileName(name) || files.put(name, content.clone()) != null) {
        throw new IllegalArgumentException(
            "file "
                + name
                + " (expected a name of its own, of letters, digits, '.', '_' and '-', beginning"
                + " with a letter or digit)");
      }
      return this;
    }

    /** An entry of the manifest: text, number, boolean, or lists and maps of these. */
    public Builder attribute(String name, Object value) {
      attributes.put(name, value);
      return this;
    }

    /**
     * Ends the checkpoint.
     *
     * @throws IllegalStateException where it has no model
     */
    public Checkpoint build() {
      NamedVector parameters = model;
      if (parameters == null) {
        throw new IllegalStateException("a checkpoint needs a model: call model(...) first");
      }
      return new Checkpoint(this, parameters);
    }
  }
}
