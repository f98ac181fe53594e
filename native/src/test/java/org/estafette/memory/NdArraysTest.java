package org.estafette.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class NdArraysTest {
  private final Layout layout =
      Layout.builder().add("bias", 3).add("weight", 2, 3).add("scale").add("cube", 2, 1, 4).build();

  @Test
  void shouldSeeWritesOfEitherSide() {
    Float32Vector vector = Float32Vector.allocate(1000);
    INDArray array = NdArrays.view(vector);

    vector.set(999, 3);
    assertThat(array.getDouble(999)).isEqualTo(3);
    array.putScalar(7, 2.5);
    assertThat(vector.get(7)).isEqualTo(2.5);
    array.addi(1);
    assertThat(vector.get(0)).isEqualTo(1);
    assertThat(vector.get(999)).isEqualTo(4);
    vector.scale(2);
    assertThat(array.sumNumber().doubleValue()).isEqualTo(2 * 998 + 7 + 8);
    assertThat(array.data().address()).isEqualTo(vector.address());
  }

  @Test
  void shouldShowNamedTensorsInTheirShapes() {
    Float32Vector vector = Float32Vector.allocate(layout.length());
    TensorSpec weight = layout.get("weight");
    INDArray w = NdArrays.view(vector, weight);
    for (int i = 0; i < 6; i++) {
      vector.set(weight.offset() + i, i);
    }

    assertThat(w.shape()).containsExactly(2, 3);
    assertThat(w.getDouble(1, 2)).isEqualTo(5);
    assertThat(w.getDouble(1, 0)).isEqualTo(3);
    INDArray cube = NdArrays.view(vector, layout.get("cube"));
    assertThat(cube.shape()).containsExactly(2, 1, 4);
    cube.putScalar(1, 0, 3, 9);
    assertThat(vector.get(layout.get("cube").offset() + 7)).isEqualTo(9);
    INDArray scale = NdArrays.view(vector, layout.get("scale"));
    assertThat(scale.rank()).isZero();
    scale.assign(6);
    assertThat(vector.get(layout.get("scale").offset())).isEqualTo(6);
    w.get(NDArrayIndex.point(0), NDArrayIndex.all()).assign(Nd4j.createFromArray(7f, 8f, 9f));
    assertThat(vector.get(weight.offset() + 1)).isEqualTo(8);
    assertThat(vector.get(weight.offset() + 3)).isEqualTo(3);
  }

  @Test
  void shouldWriteAProductOfMatricesIntoAVector() {
    Float32Vector a = Float32Vector.allocate(4);
    Float32Vector b = Float32Vector.allocate(4);
    Float32Vector c = Float32Vector.allocate(4);
    for (int i = 0; i < 4; i++) {
      a.set(i, i + 1);
      b.set(i, 5 - i);
    }
    NdArrays.view(a, 2, 2).mmuli(NdArrays.view(b, 2, 2), NdArrays.view(c, 2, 2));

    assertThat(new double[] {c.get(0), c.get(1), c.get(2), c.get(3)})
        .containsExactly(11, 8, 27, 20);
  }

  @Test
  void shouldKeepTheMemoryOfAnArrayAlive() throws InterruptedException {
    INDArray[] rows = new INDArray[20];
    for (int i = 0; i < rows.length; i++) {
      Float32Vector vector = Float32Vector.allocate(100_000);
      vector.fill(i);
      rows[i] = NdArrays.view(vector, 1000, 100).getRow(17);
    }
    for (int round = 0; round < 5; round++) {
      System.gc();
      Thread.sleep(5);
      Float32Vector.allocate(1_000_000).fill(-1);
    }
    for (int i = 0; i < rows.length; i++) {
      assertThat(rows[i].sumNumber().doubleValue()).isEqualTo(100.0 * i);
    }
  }

  @Test
  void shouldRefuseAShapeOfAnotherSize() {
    assertThatThrownBy(() -> NdArrays.view(Float32Vector.allocate(6), 2, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("shape=[2, 4]")
        .hasMessageContaining("length=6");
    assertThatThrownBy(() -> NdArrays.view(Float32Vector.allocate(0)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
