package org.estafette.algorithm.peer.gossip;

import java.util.ArrayList;
import java.util.List;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Layout;
import org.estafette.memory.TensorSpec;

/**
 * A tensor of two and more dimensions as a matrix inside the flat vector: its first dimension by
 * the rest.
 *
 * @param offset its first element
 * @param rows m
 * @param columns c
 * @param rank r, at most the smaller of both
 */
record MatrixPart(long offset, int rows, int columns, int rank) {
  static List<MatrixPart> of(Layout layout, int rank) {
    List<MatrixPart> matrices = new ArrayList<>();
    for (TensorSpec tensor : layout.tensors()) {
      if (isMatrix(tensor)) {
        int rows = tensor.shape().get(0);
        int columns = Math.toIntExact(tensor.size() / rows);
        matrices.add(
            new MatrixPart(
                tensor.offset(), rows, columns, Math.min(rank, Math.min(rows, columns))));
      }
    }
    return List.copyOf(matrices);
  }

  static boolean isMatrix(TensorSpec tensor) {
    return tensor.shape().size() >= 2;
  }

  /** into (m × r) ← X·q (q of shape c × r). */
  void times(FlatVector x, double[] q, double[] into) {
    for (int i = 0; i < rows; i++) {
      long row = offset + (long) i * columns;
      for (int k = 0; k < rank; k++) {
        double sum = 0;
        for (int j = 0; j < columns; j++) {
          sum += x.get(row + j) * q[j * rank + k];
        }
        into[i * rank + k] = sum;
      }
    }
  }

  /** into (c × r) ← Xᵀ·p (p of shape m × r). */
  void transposedTimes(FlatVector x, double[] p, double[] into) {
    java.util.Arrays.fill(into, 0, columns * rank, 0);
    for (int i = 0; i < rows; i++) {
      long row = offset + (long) i * columns;
      for (int j = 0; j < columns; j++) {
        double value = x.get(row + j);
        for (int k = 0; k < rank; k++) {
          into[j * rank + k] += value * p[i * rank + k];
        }
      }
    }
  }

  /** X ← X + a·p·qᵀ. */
  void addProduct(FlatVector x, double a, double[] p, double[] q) {
    for (int i = 0; i < rows; i++) {
      long row = offset + (long) i * columns;
      for (int j = 0; j < columns; j++) {
        double sum = 0;
        for (int k = 0; k < rank; k++) {
          sum += p[i * rank + k] * q[j * rank + k];
        }
        x.set(row + j, x.get(row + j) + a * sum);
      }
    }
  }

  /**
   * Modified Gram–Schmidt on the columns of {@code a} (n × r), each divided by its norm + 1e-8: a
   * column of zeros stays one.
   */
  static void orthonormalise(double[] a, int n, int r) {
    for (int k = 0; k < r; k++) {
      double squares = 0;
      for (int i = 0; i < n; i++) {
        squares += a[i * r + k] * a[i * r + k];
      }
      double norm = Math.sqrt(squares) + 1e-8;
      for (int i = 0; i < n; i++) {
        a[i * r + k] /= norm;
      }
      for (int l = k + 1; l < r; l++) {
        double dot = 0;
        for (int i = 0; i < n; i++) {
          dot += a[i * r + k] * a[i * r + l];
        }
        for (int i = 0; i < n; i++) {
          a[i * r + l] -= dot * a[i * r + k];
        }
      }
    }
  }
}
