package org.estafette.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FormsTest {
  private final Forms forms = new Forms(100);
  private final List<String> converted = new ArrayList<>();

  private void need(long from, long to, int form) {
    forms.need(from, to, form, (f, t) -> converted.add(f + "…" + t));
  }

  @Test
  void zerosShouldBeThereInBothForms() {
    need(0, 100, Forms.WORDS);
    need(0, 100, Forms.HALVES);
    assertThat(converted).isEmpty();
  }

  @Test
  void whatWasWrittenInOneFormShouldBeConvertedOnceToTheOther() {
    forms.wrote(10, 30, Forms.WORDS);
    need(0, 100, Forms.HALVES);
    need(0, 100, Forms.HALVES);
    assertThat(converted).containsExactly("10…30");
    need(0, 100, Forms.WORDS);
    assertThat(converted).hasSize(1);
  }

  @Test
  void neighboursShouldBeConvertedTogether() {
    forms.wrote(10, 20, Forms.WORDS);
    forms.wrote(20, 40, Forms.WORDS);
    forms.wrote(50, 60, Forms.WORDS);
    need(15, 55, Forms.HALVES);
    assertThat(converted).containsExactly("15…40", "50…55");
  }

  @Test
  void writingOneFormShouldVoidTheOther() {
    forms.wrote(0, 100, Forms.HALVES);
    need(0, 100, Forms.WORDS);
    forms.wrote(0, 50, Forms.WORDS);
    need(0, 100, Forms.HALVES);
    assertThat(converted).containsExactly("0…100", "0…50");
  }

  /** Against one byte for each element. */
  @Test
  void anyMixtureOfRangesShouldBeRememberedElementByElement() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Forms f = new Forms(64);
      int[] model = new int[64];
      java.util.Arrays.fill(model, 3);
      for (int i = 0; i < 40; i++) {
        int from = random.nextInt(65);
        int to = from + random.nextInt(65 - from);
        int form = 1 + random.nextInt(3);
        if (random.nextBoolean()) {
          f.wrote(from, to, form);
          java.util.Arrays.fill(model, from, to, form);
        } else {
          int wanted = 1 + random.nextInt(2);
          boolean[] done = new boolean[64];
          f.need(
              from,
              to,
              wanted,
              (a, b) -> {
                for (long k = a; k < b; k++) {
                  done[(int) k] = true;
                }
              });
          for (int k = 0; k < 64; k++) {
            boolean lacking = k >= from && k < to && (model[k] & wanted) == 0;
            assertThat(done[k]).as("seed=%d step=%d element=%d", seed, i, k).isEqualTo(lacking);
            model[k] |= k >= from && k < to ? wanted : 0;
          }
        }
      }
    }
  }
}
