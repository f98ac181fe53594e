package org.estafette.algorithm.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.model.Allocations;
import org.estafette.algorithm.model.Gpt;
import org.estafette.algorithm.model.GptConfig;
import org.estafette.algorithm.model.Model;
import org.estafette.algorithm.model.ModelMemory;
import org.estafette.algorithm.model.OneBatch;
import org.estafette.device.DeviceMemoryException;
import org.estafette.device.DeviceVector;
import org.estafette.device.Devices;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;
import org.junit.jupiter.api.Test;

class TrainerMemoryTest {
  private static final GptConfig CONFIG = new GptConfig(17, 12, 2, 2, 16, true);
  private static final OneBatch DATA = new OneBatch(Batch.Tokens.of(3, 12));
  private static final TrainerOptions ADAM =
      TrainerOptions.of(InnerOptimizer.AdamW.withDefaults(0.1), LearningRate.constant(1e-2));

  /** Asks for {@code elements}, and cannot use them. */
  private static final class Stubborn implements Model {
    private final long elements;
    private int closed;

    Stubborn(long elements) {
      this.elements = elements;
    }

    @Override
    public Layout layout() {
      return Layout.of("x", 5);
    }

    @Override
    public void initialize(Float32Vector parameters, long seed) {}

    @Override
    public double lossAndGradient(Batch batch, DeviceVector parameters, DeviceVector gradient) {
      return 0;
    }

    @Override
    public double loss(Batch batch, DeviceVector parameters) {
      return 0;
    }

    @Override
    public ModelMemory memory() {
      return new ModelMemory() {
        @Override
        public long elements() {
          return elements;
        }

        @Override
        public String purpose() {
          return "activations of Stubborn";
        }

        @Override
        public void workIn(DeviceVector memory) {
          throw new IllegalStateException("no");
        }
      };
    }

    @Override
    public void close() {
      closed++;
    }
  }

  @Test
  void shouldBeOneArenaForTheVectorsAndTheModelWhateverIsDone() {
    for (boolean beside : new boolean[] {false, true}) {
      Allocations allocations = new Allocations(Devices.open("cpu"), Long.MAX_VALUE);
      Gpt gpt = new Gpt(allocations.device(), CONFIG, 3);
      long vectors = (beside ? 6 : 5) * CONFIG.layout().length();
      try (DeviceTrainer trainer =
          new DeviceTrainer(allocations.device(), gpt, DATA, 3, ADAM, beside)) {
        trainer.load(Float32Vector.allocate(trainer.dimension()));
        trainer.train(new TrainOrder(3, 0, 0, 0, 1), () -> false);
        trainer.validate(1);
        trainer.restore(trainer.state());
      }
      assertThat(allocations.elements())
          .singleElement()
          .satisfies(elements -> {
            assertThat(elements)
                .isBetween(
                    vectors + gpt.memory().elements(), vectors + gpt.memory().elements() + 63);
          });
      assertThat(allocations.open()).isZero();
    }
  }

  @Test
  void tooLittleMemoryShouldBeOneMessageWithBothParts() {
    Allocations allocations = new Allocations(Devices.open("cpu"), 1000);
    Gpt gpt = new Gpt(allocations.device(), CONFIG, 3);
    assertThatThrownBy(() -> new DeviceTrainer(allocations.device(), gpt, DATA, 3, ADAM))
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessageContaining(
            String.format(
                Locale.ROOT,
                "a trainer with parameters, gradient and moments of %s (%,d elements) and"
                    + " activations of %s for 36 tokens (%,d elements) needs ",
                CONFIG.layout(),
                5 * CONFIG.layout().length(),
                CONFIG,
                gpt.memory().elements()));
    // The model is closed with the trainer that did not come about.
    assertThat(allocations.open()).isZero();
    assertThatThrownBy(() -> gpt.loss(DATA.batch(), new DeviceVector(0, 0)))
        .hasMessageContaining("the model is closed");
  }

  @Test
  void shouldHoldNothingWhereTheModelRefusesItsPart() {
    Allocations allocations = new Allocations(Devices.open("cpu"), 1000);
    Stubborn model = new Stubborn(8);
    assertThatThrownBy(() -> new DeviceTrainer(allocations.device(), model, DATA, 3, ADAM))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no");
    assertThat(allocations.purposes())
        .containsExactly(
            "a trainer with parameters, gradient and moments of Layout[1 tensors, 5 parameters]"
                + " (80 elements) and activations of Stubborn (8 elements)");
    assertThat(allocations.open()).isZero();
    assertThat(model.closed).isOne();
  }

  @Test
  void aModelThatSeesToItsMemoryItselfShouldBeGivenNone() {
    Allocations allocations = new Allocations(Devices.open("cpu"), 1000);
    Stubborn model = new Stubborn(0);
    new DeviceTrainer(allocations.device(), model, DATA, 3, ADAM).close();
    assertThat(allocations.elements()).containsExactly(80L);
    assertThat(allocations.purposes().getFirst()).endsWith(" (80 elements)");
    assertThat(model.closed).isOne();
  }

  @Test
  void shouldRefuseAModelThatAsksForLessThanNothing() {
    Allocations allocations = new Allocations(Devices.open("cpu"), 1000);
    Stubborn model = new Stubborn(-1);
    assertThatThrownBy(() -> new DeviceTrainer(allocations.device(), model, DATA, 3, ADAM))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Stubborn: memory of elements()=-1 (expected >= 0)");
    assertThat(model.closed).isOne();
  }
}
