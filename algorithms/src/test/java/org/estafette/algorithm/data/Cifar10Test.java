package org.estafette.algorithm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class Cifar10Test {
  /** A record whose red, green and blue planes count up from different numbers. */
  private static byte[] records(int... labels) {
    byte[] bytes = new byte[3073 * labels.length];
    for (int r = 0; r < labels.length; r++) {
      bytes[3073 * r] = (byte) labels[r];
      for (int p = 0; p < 1024; p++) {
        for (int c = 0; c < 3; c++) {
          bytes[3073 * r + 1 + 1024 * c + p] = (byte) (p + 50 * c + r);
        }
      }
    }
    return bytes;
  }

  @Test
  void shouldPutThePlanesOfAPixelSideBySide() {
    ImageTable table =
        Cifar10.table(
            List.of(new Cifar10.Part("a", records(3, 9)), new Cifar10.Part("b", records(0))));
    assertThat(table.labels()).containsExactly(3, 9, 0);
    for (int row = 0; row < 3; row++) {
      for (int p = 0; p < 1024; p++) {
        for (int c = 0; c < 3; c++) {
          byte expected = (byte) (p + 50 * c + row % 2);
          assertThat(table.pixels()[row * 3072 + 3 * p + c]).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void shouldRefuseAFileThatIsCutOffAndNameIt() {
    byte[] cut = new byte[3073 + 5];
    assertThatThrownBy(() -> Cifar10.table(List.of(new Cifar10.Part("data_batch_1.bin", cut))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("data_batch_1.bin: 3078 bytes (expected records of 3073 bytes");
  }

  @Test
  void shouldRefuseALabelThatIsNoClassAndSayWhereItStands() {
    assertThatThrownBy(() -> Cifar10.table(List.of(new Cifar10.Part("x.bin", records(1, 10)))))
        .hasMessageContaining("x.bin: label 10 at byte 3073 (expected 0 … 9");
  }
}
