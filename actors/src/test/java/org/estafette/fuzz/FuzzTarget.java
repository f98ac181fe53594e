package org.estafette.fuzz;

import java.util.List;
import java.util.Locale;
import org.estafette.actor.checkpoint.SafetensorsFuzz;
import org.estafette.actor.manage.HttpFuzz;
import org.estafette.channel.FrameFuzz;

/** What is fuzzed: {@code dev/fuzz TARGET}, by these names in lower case. */
public enum FuzzTarget {
  FRAME(FrameFuzz.class, FrameFuzz::fuzzerTestOneInput, FrameFuzz::seeds),
  UPDATE(UpdateFuzz.class, UpdateFuzz::fuzzerTestOneInput, UpdateFuzz::seeds),
  PUSH(PushFuzz.class, PushFuzz::fuzzerTestOneInput, PushFuzz::seeds),
  SAFETENSORS(SafetensorsFuzz.class, SafetensorsFuzz::fuzzerTestOneInput, SafetensorsFuzz::seeds),
  CONFIG(ConfigFuzz.class, ConfigFuzz::fuzzerTestOneInput, ConfigFuzz::seeds),
  HTTP(HttpFuzz.class, HttpFuzz::fuzzerTestOneInput, HttpFuzz::seeds);

  /** Takes any bytes; throws only where something is wrong with the program. */
  @FunctionalInterface
  interface Input {
    void accept(byte[] data) throws Exception;
  }

  final Class<?> type;
  final Input input;
  private final java.util.function.Supplier<List<byte[]>> seeds;

  FuzzTarget(Class<?> type, Input input, java.util.function.Supplier<List<byte[]>> seeds) {
    this.type = type;
    this.input = input;
    this.seeds = seeds;
  }

  /** Sound inputs, and some that were found to be of interest. */
  List<byte[]> seeds() {
    return seeds.get();
  }

  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
