package org.estafette.algorithm.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Float64Vector;
import org.junit.jupiter.api.Test;

class OutliersTest {
  private static final int LENGTH = 20_000;

  private final SplittableRandom random = new SplittableRandom(7);
  private final Outliers outliers = new Outliers(LENGTH, 1);

  /** What all have in common, times {@code share}, and noise of norm 1. */
  private FlatVector push(double share) {
    Float64Vector v = Float64Vector.zeros(LENGTH);
    double scale = 1 / Math.sqrt(LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      v.set(i, scale * (share * (i % 2 == 0 ? 1 : -1) + random.nextGaussian()));
    }
    return v;
  }

  /** A push of each of {@code shares.length} workers; what was found. */
  private List<String> round(double... shares) {
    List<String> found = new ArrayList<>();
    for (int slot = 0; slot < shares.length; slot++) {
      Outliers.Finding f = outliers.accepted(slot, push(shares[slot]), 1);
      if (f != null) {
        found.add(slot + " " + f.marked());
      }
    }
    return found;
  }

  private List<String> rounds(int count, double... shares) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      found.addAll(round(shares));
    }
    return found;
  }

  @Test
  void shouldFindTheOneThatGoesAgainstTheOthersBelowTheNoise() {
    // Single pushes of two workers have a cosine of 0.08: it is their means that tell.
    assertThat(rounds(20, 0.3, 0.3, 0.3, -0.3, 0.3)).containsExactly("3 true");
    assertThat(outliers.state()).containsExactly(new GuardState.Outlier(3, true, false));
    // What it was is in its mean for a while.
    assertThat(rounds(60, 0.3, 0.3, 0.3, 0.3, 0.3)).containsExactly("3 false");
    assertThat(outliers.state()).isEmpty();
  }

  @Test
  void shouldTakeTwoThatGoTogetherForWorkersWithDataOfTheirOwn() {
    assertThat(rounds(40, 1, 1, -1, 1, 1, -1, 1, 1)).isEmpty();
    // Where one of them turns to the others, the other one is alone.
    assertThat(rounds(40, 1, 1, -1, 1, 1, 1, 1, 1)).containsExactly("2 true");
    assertThat(rounds(40, 1, 1, -1, 1, 1, -1, 1, 1)).containsExactly("2 false");
  }

  @Test
  void shouldFindNobodyWhereNobodyAgreesOrHalfAreAgainstTheOthers() {
    assertThat(rounds(60, 0, 0, 0, 0)).isEmpty();
    assertThat(rounds(60, 1, -1, 1, -1)).isEmpty();
  }

  @Test
  void shouldNeedTwoThatAgreeAgainstOne() {
    assertThat(rounds(60, 1, -1)).isEmpty();
    assertThat(rounds(20, 1, -1, 1)).containsExactly("1 true");
  }

  @Test
  void shouldFindTheOneThatIsFarTooLongAndSayBothNumbers() {
    List<Outliers.Finding> found = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      for (int slot = 0; slot < 4; slot++) {
        Outliers.Finding f = outliers.accepted(slot, push(0), slot == 2 ? 8 : 1);
        if (f != null) {
          found.add(f);
        }
      }
    }
    assertThat(found)
        .containsExactly(
            new Outliers.Finding(true, "8.0 times the usual length (expected below 5)"));
    // Between long and ordinary the mark stays.
    for (int i = 0; i < 10; i++) {
      assertThat(outliers.accepted(2, push(0), i % 2 == 0 ? 1 : 3)).isNull();
    }
    for (int i = 0; i < 3; i++) {
      assertThat(outliers.accepted(2, push(0), 1)).isNull();
    }
    Outliers.Finding end = outliers.accepted(2, push(0), 1);
    assertThat(end).isNotNull();
    assertThat(end.marked()).isFalse();
  }

  @Test
  void shouldFindNobodyWhereTheWholeRunBecomesLong() {
    for (int round = 0; round < 20; round++) {
      for (int slot = 0; slot < 4; slot++) {
        assertThat(outliers.accepted(slot, push(0), 9)).isNull();
      }
    }
  }

  @Test
  void shouldForgetTheDirectionOfWhoHasLeftButNotItsMark() {
    rounds(20, 0.5, 0.5, 0.5, -0.5);
    outliers.gone(3);
    outliers.gone(3);
    assertThat(outliers.state()).containsExactly(new GuardState.Outlier(3, true, false));
    assertThat(rounds(10, 0.5, 0.5, 0.5)).isEmpty();
    // A new life begins anew: it need not outweigh what the former one did.
    assertThat(rounds(12, 0.5, 0.5, 0.5, 0.5)).containsExactly("3 false");
  }

  @Test
  void shouldGoOnWithSavedMarksUntilPushesDenyThem() {
    outliers.restore(
        List.of(new GuardState.Outlier(1, true, false), new GuardState.Outlier(2, true, false)));
    assertThat(rounds(20, 0.5, 0.5, -0.5, 0.5, 0.5)).containsExactly("1 false");
    assertThat(outliers.state()).containsExactly(new GuardState.Outlier(2, true, false));
  }

  @Test
  void shouldTakePushesOfZerosForNoDirection() {
    for (int i = 0; i < 20; i++) {
      round(1, 1, 1);
      assertThat(outliers.accepted(3, Float64Vector.zeros(LENGTH), 0)).isNull();
    }
  }

  @Test
  void shouldNotBeUpsetByNumbersThatHaveNoSquare() {
    Float64Vector huge = Float64Vector.zeros(LENGTH);
    huge.fill(1e200);
    rounds(10, 1, 1, 1, 1);
    assertThat(outliers.accepted(0, huge, 1)).isNull();
    huge.fill(1e60);
    assertThat(outliers.accepted(1, huge, 1)).isNull();
    assertThat(rounds(20, 1, 1, -1, 1)).containsExactly("2 true");
  }

  @Test
  void aSampleShouldTellTheCosine() {
    Directions directions = new Directions(LENGTH, 3);
    for (int i = 0; i < Directions.FEW; i++) {
      Float64Vector v = Float64Vector.zeros(LENGTH);
      v.copyFrom(push(1));
      for (int slot = 0; slot < 4; slot++) {
        // 3 goes back.
        Float64Vector w = Float64Vector.zeros(LENGTH);
        w.copyFrom(v);
        if (slot == 3) {
          w.scale(-1);
        }
        directions.add(slot, w);
      }
    }
    assertThat(directions.cosine()).isCloseTo(-1, Offset.offset(1e-5));
    assertThat(directions.agreement()).isCloseTo(1, Offset.offset(1e-5));
    assertThat(directions.others()).isEqualTo(3);
  }

  @Test
  void aSampleShouldBeOfAsManyDifferentCoordinates() {
    Float64Vector v = Float64Vector.zeros(10_000);
    for (int i = 0; i < 10_000; i++) {
      v.set(i, i);
    }
    Sample sample = new Sample(10_000, 4096, 5);
    double[] read = new double[sample.size()];
    double norm = sample.read(v, read);
    double squared = 0;
    for (int i = 0; i < read.length; i++) {
      squared += read[i] * read[i];
      assertThat(i == 0 || read[i] > read[i - 1]).isTrue();
    }
    assertThat(read).hasSize(4096);
    assertThat(norm).isCloseTo(Math.sqrt(squared), Offset.offset(1e-3));
    assertThat(new Sample(10, 4096, 5).size()).isEqualTo(10);
  }
}
