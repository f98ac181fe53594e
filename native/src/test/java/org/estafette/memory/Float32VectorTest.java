package org.estafette.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Float32VectorTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 15, 16, 17, 1000, 4096, 4097, 65_536, 100_003})
  void shouldAllocateAlignedZeros(long length) {
    Float32Vector v = Float32Vector.allocate(length);

    assertThat(v.length()).isEqualTo(length);
    assertThat(v.segment().byteSize()).isEqualTo(4 * length);
    assertThat(v.address() % 64).isZero();
    assertThat(v.squaredNorm()).isZero();
  }

  @Test
  void shouldGiveManySmallVectorsMemoryOfTheirOwn() {
    List<Float32Vector> vectors = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      Float32Vector v = Float32Vector.allocate(1 + i % 37);
      v.fill(i);
      vectors.add(v);
    }
    for (int i = 0; i < vectors.size(); i++) {
      Float32Vector v = vectors.get(i);
      assertThat(v.get(0)).isEqualTo(i);
      assertThat(v.get(v.length() - 1)).isEqualTo(i);
    }
  }

  @Test
  void shouldShareMemoryWithViewsAndWrappedSegments() {
    Layout layout = Layout.builder().add("a", 3).add("b", 2, 5).build();
    Float32Vector whole = Float32Vector.allocate(layout.length());
    Float32Vector b = whole.view(layout.get("b"));
    b.set(9, 7);

    assertThat(b.length()).isEqualTo(10);
    assertThat(whole.get(16 + 9)).isEqualTo(7);
    assertThat(Float32Vector.wrap(whole.segment()).get(25)).isEqualTo(7);
    assertThat(Float32Vector.wrap(whole.segment()).address()).isEqualTo(whole.address());
  }

  @Test
  void shouldRefuseWhatIsNoFloatVector() {
    assertThatThrownBy(() -> Float32Vector.allocate(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("length=-1 (expected >= 0)");
    assertThatThrownBy(() -> Float32Vector.wrap(MemorySegment.ofArray(new float[4])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected memory outside the heap");
    assertThatThrownBy(() -> Float32Vector.wrap(Arena.ofAuto().allocate(7, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bytes=7");
    TensorSpec tooLong = new TensorSpec("w", List.of(20), 16);
    assertThatThrownBy(() -> Float32Vector.allocate(32).view(tooLong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tensor w")
        .hasMessageContaining("length=32");
  }
}
