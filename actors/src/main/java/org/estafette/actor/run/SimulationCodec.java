package org.estafette.actor.run;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.Outcome;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.simulation.Pending;
import org.estafette.simulation.SimulationState;

/**
 * A simulation's state as JSON beside a list of vectors: where the state has a vector or a lease,
 * the JSON has its place in the list.
 */
final class SimulationCodec {
  /**
   * The kinds of a sealed interface are told apart by their class names, of these packages only.
   */
  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "kind")
  private interface Kinds {}

  /** JSON and the vectors that it points to. */
  record Encoded(byte[] json, List<FlatVector> vectors) {}

  private SimulationCodec() {}

  static Encoded write(SimulationState state) throws IOException {
    List<FlatVector> vectors = new ArrayList<>();
    SimpleModule module = new SimpleModule();
    module.addSerializer(FlatVector.class, new VectorWriter<>(vectors, v -> v));
    module.addSerializer(Lease.class, new VectorWriter<Lease>(vectors, Lease::vector));
    return new Encoded(mapper(module).writeValueAsBytes(state), vectors);
  }

  /** The state; its vectors and leases are made from the list by {@code lease}. */
  static SimulationState read(
      byte[] json, List<FlatVector> vectors, java.util.function.Supplier<Lease> lease)
      throws IOException {
    SimpleModule module = new SimpleModule();
    module.addDeserializer(
        FlatVector.class,
        new JsonDeserializer<FlatVector>() {
          @Override
          public FlatVector deserialize(JsonParser p, DeserializationContext c) throws IOException {
            return vectors.get(p.getIntValue());
          }
        });
    module.addDeserializer(
        Lease.class,
        new JsonDeserializer<Lease>() {
          @Override
          public Lease deserialize(JsonParser p, DeserializationContext c) throws IOException {
            Lease copy = lease.get();
            copy.vector().copyFrom(vectors.get(p.getIntValue()));
            return copy;
          }
        });
    return mapper(module).readValue(json, SimulationState.class);
  }

  private static ObjectMapper mapper(SimpleModule module) {
    // A record is its components: questions that it answers, such as isServer(), are no part of it.
    ObjectMapper mapper =
        JsonMapper.builder().disable(MapperFeature.AUTO_DETECT_IS_GETTERS).build();
    mapper.registerModule(module);
    kinds(mapper, Pending.What.class);
    kinds(mapper, Message.class);
    kinds(mapper, Outcome.class);
    return mapper;
  }

  private static void kinds(ObjectMapper mapper, Class<?> sealed) {
    mapper.addMixIn(sealed, Kinds.class);
    register(mapper, sealed);
  }

  private static void register(ObjectMapper mapper, Class<?> sealed) {
    for (Class<?> kind : sealed.getPermittedSubclasses()) {
      if (kind.isSealed()) {
        register(mapper, kind);
      } else {
        mapper.registerSubtypes(kind);
      }
    }
  }

  private static final class VectorWriter<T> extends JsonSerializer<T> {
    private final List<FlatVector> vectors;
    private final java.util.function.Function<T, FlatVector> vector;

    VectorWriter(List<FlatVector> vectors, java.util.function.Function<T, FlatVector> vector) {
      this.vectors = vectors;
      this.vector = vector;
    }

    @Override
    public void serialize(T value, JsonGenerator g, SerializerProvider p) throws IOException {
      g.writeNumber(vectors.size());
      vectors.add(vector.apply(value));
    }

    @Override
    public void serializeWithType(T value, JsonGenerator g, SerializerProvider p, TypeSerializer t)
        throws IOException {
      serialize(value, g, p);
    }
  }
}
