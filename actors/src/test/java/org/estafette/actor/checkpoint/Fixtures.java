package org.estafette.actor.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;

/** Small checkpoints whose every number tells their version. */
final class Fixtures {
  static final Layout LAYOUT =
      Layout.builder().add("wte.weight", 3, 4).add("h.0.ln_1.bias", 4).build();

  private Fixtures() {}

  static Float32Vector vector(double first) {
    Float32Vector v = Float32Vector.allocate(LAYOUT.length());
    for (var spec : LAYOUT.tensors()) {
      for (long i = 0; i < spec.size(); i++) {
        v.set(spec.offset() + i, first + i / 16.0);
      }
    }
    return v;
  }

  static Checkpoint checkpoint(long version) {
    return Checkpoint.builder("run-1", version)
        .model(LAYOUT, vector(version), Transformers.gpt2Names())
        .modelConfig(Map.of("model_type", "gpt2", "n_embd", 4))
        .vector("momentum", LAYOUT, vector(version + 0.5))
        .counters("sequence", version, version + 1)
        .file("effective.conf", ("version = " + version).getBytes())
        .attribute("tokens", version * 1000)
        .build();
  }

  /** Every part of a checkpoint is that of its version: no mix. */
  static void assertWhole(StoredCheckpoint stored) throws IOException {
    long version = stored.version();
    Float32Vector read = Float32Vector.allocate(LAYOUT.length());
    stored.readModel(LAYOUT, read, Transformers.gpt2Names());
    assertSame(read, vector(version));
    stored.readVector("momentum", LAYOUT, read);
    assertSame(read, vector(version + 0.5));
    assertThat(stored.counters("sequence")).containsExactly(version, version + 1);
    assertThat(new String(stored.file("effective.conf"))).isEqualTo("version = " + version);
    assertThat(((Number) stored.attributes().get("tokens")).longValue()).isEqualTo(version * 1000);
    assertThat(stored.modelConfig()).containsEntry("model_type", "gpt2").containsEntry("n_embd", 4);
    assertThat(stored.run()).isEqualTo("run-1");
  }

  private static void assertSame(Float32Vector seen, Float32Vector expected) {
    assertThat(seen.segment().mismatch(expected.segment())).isEqualTo(-1);
  }
}
