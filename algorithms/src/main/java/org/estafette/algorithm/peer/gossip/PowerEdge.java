package org.estafette.algorithm.peer.gossip;

import java.util.List;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Precision;

/**
 * One end of an edge in PowerGossip: p and q of every matrix, the same bits at both ends, and this
 * end's products of the exchange that is under way.
 */
final class PowerEdge {
  private final List<MatrixPart> matrices;
  private final EdgeBasis basis;
  private final int lower;
  private final int higher;
  private final boolean isHigher;
  private final double[][] p;
  private final double[][] q;
  private final double[][] product;
  private long count;
  private boolean orthonormal;

  PowerEdge(List<MatrixPart> matrices, EdgeBasis basis, int self, int other) {
    this.matrices = matrices;
    this.basis = basis;
    this.lower = Math.min(self, other);
    this.higher = Math.max(self, other);
    this.isHigher = self > other;
    this.p = new double[matrices.size()][];
    this.q = new double[matrices.size()][];
    this.product = new double[matrices.size()][];
    for (int i = 0; i < p.length; i++) {
      MatrixPart m = matrices.get(i);
      p[i] = new double[m.rows() * m.rank()];
      q[i] = new double[m.columns() * m.rank()];
      product[i] = new double[Math.max(p[i].length, q[i].length)];
    }
    reset(0);
  }

  /** Begins anew from the basis of that count. */
  void reset(long newCount) {
    count = newCount;
    orthonormal = false;
    for (int i = 0; i < p.length; i++) {
      basis.fill(lower, higher, i, newCount, p[i], q[i]);
    }
  }

  /** Power iterations done, skipped ones included. */
  long count() {
    return count;
  }

  void skip(int iterations) {
    count += iterations;
  }

  /** A copy of all p and then all q. */
  FlatVector factors() {
    long length = 0;
    for (int i = 0; i < p.length; i++) {
      length += p[i].length + q[i].length;
    }
    FlatVector all = Precision.FLOAT64.zeros(length);
    long at = 0;
    for (double[][] side : new double[][][] {p, q}) {
      for (double[] factor : side) {
        for (double value : factor) {
          all.set(at++, value);
        }
      }
    }
    return all;
  }

  /** Takes up saved {@link #factors} of an edge that had done {@code done} iterations. */
  void restore(FlatVector factors, long done) {
    long at = 0;
    for (double[][] side : new double[][][] {p, q}) {
      for (double[] factor : side) {
        for (int k = 0; k < factor.length; k++) {
          factor[k] = factors.get(at++);
        }
      }
    }
    count = done;
    orthonormal = false;
  }

  /** X·q in an iteration of odd count, Xᵀ·p in one of even count: written behind one another. */
  void compose(FlatVector x, FlatVector into) {
    boolean odd = count % 2 == 1;
    long at = 0;
    for (int i = 0; i < p.length; i++) {
      MatrixPart m = matrices.get(i);
      double[] side = odd ? q[i] : p[i];
      if (!orthonormal) {
        MatrixPart.orthonormalise(side, odd ? m.columns() : m.rows(), m.rank());
      }
      if (odd) {
        m.times(x, side, product[i]);
      } else {
        m.transposedTimes(x, side, product[i]);
      }
      int length = odd ? p[i].length : q[i].length;
      for (int k = 0; k < length; k++) {
        into.set(at, product[i][k]);
        // What the neighbour reads, rounded as it is, so that both ends compute the same bits.
        product[i][k] = into.get(at++);
      }
    }
    orthonormal = true;
  }

  /** Ends the iteration with the neighbour's products; returns the sum of their squares' norm. */
  double advance(FlatVector theirs) {
    boolean odd = count % 2 == 1;
    long at = 0;
    double squares = 0;
    for (int i = 0; i < p.length; i++) {
      double[] result = odd ? p[i] : q[i];
      for (int k = 0; k < result.length; k++) {
        double other = theirs.get(at++);
        result[k] = isHigher ? product[i][k] - other : other - product[i][k];
        squares += result[k] * result[k];
      }
    }
    count++;
    orthonormal = false;
    return squares;
  }

  /** X ← X ± weight·p·qᵀ, towards the other end. */
  void move(FlatVector x, double weight) {
    for (int i = 0; i < p.length; i++) {
      matrices.get(i).addProduct(x, isHigher ? -weight : weight, p[i], q[i]);
    }
  }
}
