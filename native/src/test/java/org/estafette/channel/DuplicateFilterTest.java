package org.estafette.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.estafette.channel.DuplicateFilter.Verdict;
import org.junit.jupiter.api.Test;

class DuplicateFilterTest {
  private final DuplicateFilter filter = new DuplicateFilter();

  @Test
  void shouldTakeEachFrameOnceUnderReorderingWithinTheWindow() {
    long seed = 5;
    Random random = new Random(seed);
    List<Long> stream = new ArrayList<>();
    for (long block = 0; block < 40; block++) {
      List<Long> part = new ArrayList<>();
      for (long i = 0; i < 200; i++) {
        part.add(block * 200 + i);
        part.add(block * 200 + i);
      }
      Collections.shuffle(part, random);
      stream.addAll(part);
    }
    Set<Long> seen = new HashSet<>();
    for (long sequence : stream) {
      Verdict expected = seen.add(sequence) ? Verdict.NEW : Verdict.DUPLICATE;
      assertThat(filter.judge(1, 1, sequence))
          .as("sequence %d, seed %d", sequence, seed)
          .isEqualTo(expected);
    }
    assertThat(seen).hasSize(8000);
  }

  @Test
  void shouldNeverTakeAFrameTwiceHoweverFarSequencesJump() {
    long seed = 6;
    Random random = new Random(seed);
    Set<Long> taken = new HashSet<>();
    for (int i = 0; i < 100_000; i++) {
      long sequence =
          switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> Long.MAX_VALUE - random.nextInt(3000);
            case 2 -> Long.MIN_VALUE + random.nextInt(3000);
            default -> random.nextInt(3000);
          };
      if (filter.judge(1, 1, sequence) == Verdict.NEW) {
        assertThat(taken.add(sequence)).as("sequence %d, seed %d", sequence, seed).isTrue();
      }
    }
    assertThat(taken).isNotEmpty();
  }

  @Test
  void shouldRefuseAnEarlierLifeOfASender() {
    assertThat(filter.judge(1, 5, 10)).isEqualTo(Verdict.NEW);
    assertThat(filter.judge(1, 6, 10)).isEqualTo(Verdict.NEW);
    assertThat(filter.judge(1, 5, 11)).isEqualTo(Verdict.OLD_INCARNATION);
    assertThat(filter.judge(1, 6, 10)).isEqualTo(Verdict.DUPLICATE);
    assertThat(filter.judge(2, 5, 11)).isEqualTo(Verdict.NEW);
    assertThat(filter.judge(TestNode.header(2, 11))).isEqualTo(Verdict.OLD_INCARNATION);
    assertThat(filter.senders()).isEqualTo(2);
  }

  @Test
  void shouldGiveUpWhatFellOutOfTheWindow() {
    filter.judge(1, 1, 0);
    assertThat(filter.judge(1, 1, DuplicateFilter.WINDOW + 5)).isEqualTo(Verdict.NEW);
    assertThat(filter.judge(1, 1, 5)).isEqualTo(Verdict.TOO_OLD);
    assertThat(filter.judge(1, 1, 6)).isEqualTo(Verdict.NEW);
  }
}
