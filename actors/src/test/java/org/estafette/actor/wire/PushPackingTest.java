package org.estafette.actor.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.RoundReport;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PushPackingTest {
  private static final int LENGTH = 300;
  private static final Header HEADER = new Header(1, PeerId.worker(0), 1, 1, 1, 1, 1);

  private final VectorPool pool = VectorPool.unbounded("test", Precision.FLOAT32, LENGTH);

  @AfterEach
  void allShouldBeGivenBack() {
    assertThat(pool.outstanding()).isZero();
  }

  private Lease filled(double value) {
    Lease lease = pool.lease();
    lease.vector().fill(value);
    return lease;
  }

  private PseudoGradient push(double value) {
    return new PseudoGradient(HEADER, filled(value), new RoundReport(1, 1, 1, 1, 0));
  }

  @Test
  void withoutQuantizationAllShouldTravelAsItIs() {
    PushPacking packing = new PushPacking(LENGTH, 32);
    assertThat(packing.pushBytes()).isEqualTo(4 * LENGTH);
    assertThat(packing.canBe(4 * LENGTH)).isTrue();
    assertThat(packing.canBe(LENGTH + 2)).as("another node's 8 bits").isTrue();
    assertThat(packing.canBe(LENGTH + 3)).isFalse();
    assertThat(packing.expected()).isEqualTo("expected 1200, or packed 302 or 152");
    try (Lease same = packing.pack(push(1), pool).payload()) {
      assertThat(same.vector().get(0)).isEqualTo(1);
    }
  }

  @Test
  void onlyPushesShouldBePacked() throws Exception {
    PushPacking packing = new PushPacking(LENGTH, 4);
    assertThat(packing.pushBytes()).isEqualTo(1 + 128 + 1 + 22);
    NeighbourModel model = new NeighbourModel(HEADER, Passage.MODEL, filled(0.5));
    PushPacking.Sent sent = packing.pack(model, pool);
    assertThat(sent.bytes()).isEqualTo(4 * LENGTH);
    assertThatThrownBy(() -> packing.unpack(model, packing.pushBytes()))
        .isInstanceOf(UnreadableUpdateException.class)
        .hasMessageContaining("payload=152 bytes in a NeighbourModel (expected 1200");
    packing.unpack(model, 1200);
    assertThat(model.parameters().vector().get(9)).isEqualTo(0.5);
    sent.payload().close();
  }

  @ParameterizedTest
  @CsvSource({"8, 32", "4, 32", "8, 4", "4, 8", "32, 8"})
  void aNodeShouldReadWhatAnotherOneSendsInOtherBits(int sent, int own) throws Exception {
    PushPacking here = new PushPacking(LENGTH, sent);
    PushPacking there = new PushPacking(LENGTH, own);
    PushPacking.Sent packed = here.pack(push(-0.75), pool);
    assertThat(packed.bytes()).isEqualTo(here.pushBytes());
    assertThat(there.canBe(packed.bytes())).isTrue();
    PseudoGradient arrived =
        new PseudoGradient(HEADER, packed.payload(), new RoundReport(1, 1, 1, 1, 0));
    there.unpack(arrived, packed.bytes());
    for (int i = 0; i < LENGTH; i++) {
      assertThat(arrived.delta().vector().get(i)).isEqualTo(-0.75);
    }
    arrived.discard();
  }

  @Test
  void whatIsNoPackedFormShouldBeRefusedWithTheReason() {
    PushPacking packing = new PushPacking(LENGTH, 8);
    PseudoGradient forged = push(0);
    assertThatThrownBy(() -> packing.unpack(forged, packing.pushBytes()))
        .isInstanceOf(UnreadableUpdateException.class)
        .hasMessageContaining("exponent=-127 (expected -126");
    forged.discard();
  }

  @Test
  void otherBitsShouldBeRefused() {
    assertThatThrownBy(() -> new PushPacking(LENGTH, 16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bits=16 (expected 8 or 4)");
  }
}
