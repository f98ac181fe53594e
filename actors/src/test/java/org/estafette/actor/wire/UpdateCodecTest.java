package org.estafette.actor.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.estafette.algorithm.Assignment;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Lease;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class UpdateCodecTest {
  private static final Lease PAYLOAD = Lease.unpooled(Float32Vector.allocate(4));

  static Stream<Update> kinds() {
    Header push = new Header(7, PeerId.worker(3), 2, 11, 5, 42, 9);
    Header model = new Header(Long.MAX_VALUE, PeerId.SERVER, 0, Long.MIN_VALUE, 5, 42, 9);
    Assignment work =
        new Assignment(10, new TrainOrder(20, 1, 300, 4.5, 0.25), "local steps of the plan");
    return Stream.of(
        new PseudoGradient(push, PAYLOAD, new RoundReport(20, 40_960, 1.25, 3.5, 1)),
        new PseudoGradient(
            push, PAYLOAD, new RoundReport(1, 1, Double.POSITIVE_INFINITY, Double.NaN, 0)),
        new NeighbourModel(push, Passage.MODEL, PAYLOAD),
        new NeighbourModel(push, new Passage(3, 1, 15), PAYLOAD),
        new NeighbourShare(push, new Passage(0, 1, 0.125), PAYLOAD),
        new GlobalModel(model, PAYLOAD, 11, new Outcome.Welcome(), work),
        new GlobalModel(model, PAYLOAD, 11, new Outcome.Welcome(), null),
        new GlobalModel(
            model,
            PAYLOAD,
            11,
            new Outcome.Welcome(),
            new Assignment(10, work.order(), "with what follows", new TrainOrder(7, 2, 9, 1, 3))),
        new GlobalModel(model, PAYLOAD, 11, new Outcome.Applied(43, 2, 0.5), work),
        new GlobalModel(
            model,
            PAYLOAD,
            11,
            new Outcome.Refused(Refusal.TOO_STALE, "staleness=9 – zu alt"),
            null));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void shouldReadWhatItWrote(Update update) throws Exception {
    byte[] head = UpdateCodec.write(update);
    assertThat(head).hasSizeLessThanOrEqualTo(UpdateCodec.MAX_BYTES);
    assertThat(UpdateCodec.read(ByteBuffer.wrap(head), PAYLOAD)).isEqualTo(update);
    assertThat(UpdateCodec.payload(update)).isSameAs(PAYLOAD);
  }

  @Test
  void shouldReadFromTheMiddleOfABuffer() throws Exception {
    Update update = kinds().findFirst().orElseThrow();
    byte[] head = UpdateCodec.write(update);
    ByteBuffer larger = ByteBuffer.allocateDirect(head.length + 10);
    larger.position(7).put(head).flip().position(7);
    assertThat(UpdateCodec.read(larger, PAYLOAD)).isEqualTo(update);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void shouldRefuseEveryTruncation(Update update) {
    byte[] head = UpdateCodec.write(update);
    for (int n = 0; n < head.length; n++) {
      ByteBuffer cut = ByteBuffer.wrap(head, 0, n);
      assertThatThrownBy(() -> UpdateCodec.read(cut, PAYLOAD))
          .as("first %d of %d bytes", n, head.length)
          .isInstanceOf(UnreadableUpdateException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void shouldReadOrRefuseWhateverIsDamaged(Update update) {
    long first = Long.getLong("estafette.seed", 20261120L);
    byte[] head = UpdateCodec.write(update);
    int refused = 0;
    for (long seed = first; seed < first + 20_000; seed++) {
      Random random = new Random(seed);
      byte[] damaged = head.clone();
      for (int k = 1 + random.nextInt(4); k > 0; k--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(UpdateCodec.read(ByteBuffer.wrap(damaged), PAYLOAD)).isNotNull();
      } catch (UnreadableUpdateException e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("replay with -Destafette.seed=" + seed, e);
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void shouldNameTheVersionThatItCannotRead() {
    byte[] head = UpdateCodec.write(kinds().findFirst().orElseThrow());
    head[0] = 9;
    assertThatThrownBy(() -> UpdateCodec.read(ByteBuffer.wrap(head), PAYLOAD))
        .isInstanceOf(UnreadableUpdateException.class)
        .hasMessageContaining("version=9 (expected 2)");
  }

  @Test
  void shouldCutLongTextsAndStayWithinItsBound() throws Exception {
    Header h = new Header(1, PeerId.SERVER, 0, 1, 1, 1, 1);
    String longText = "ä".repeat(1000);
    Update update =
        new GlobalModel(
            h,
            PAYLOAD,
            1,
            new Outcome.Refused(Refusal.DUPLICATE, longText),
            new Assignment(1, new TrainOrder(1, 0, 0, 0, 1), longText));
    byte[] head = UpdateCodec.write(update);
    assertThat(head).hasSizeLessThanOrEqualTo(UpdateCodec.MAX_BYTES);
    GlobalModel read = (GlobalModel) UpdateCodec.read(ByteBuffer.wrap(head), PAYLOAD);
    assertThat(((Outcome.Refused) read.outcome()).detail()).isEqualTo("ä".repeat(128));
  }

  @Test
  void shouldNotSendAMergedPush() {
    PseudoGradient push = (PseudoGradient) kinds().findFirst().orElseThrow();
    assertThatThrownBy(() -> UpdateCodec.write(new MergedPush(List.of(push, push))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
