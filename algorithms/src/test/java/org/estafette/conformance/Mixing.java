package org.estafette.conformance;

import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;

/** Weights of small graphs, and a worker's place in them. */
public final class Mixing {
  private Mixing() {}

  /** Metropolis–Hastings weights on the chain of n. */
  public static double[][] chain(int n) {
    return edges(n, n - 1);
  }

  /** Metropolis–Hastings weights on the ring of n. */
  public static double[][] ring(int n) {
    return edges(n, n);
  }

  private static double[][] edges(int n, int count) {
    int[] degree = new int[n];
    for (int e = 0; e < count; e++) {
      degree[e]++;
      degree[(e + 1) % n]++;
    }
    double[][] w = new double[n][n];
    for (int e = 0; e < count; e++) {
      int i = e;
      int j = (e + 1) % n;
      w[i][j] = 1.0 / (1 + Math.max(degree[i], degree[j]));
      w[j][i] = w[i][j];
    }
    return ownTheRest(w);
  }

  /** One weight for all edges of the chain of n. */
  public static double[][] chain(int n, double weight) {
    double[][] w = new double[n][n];
    for (int i = 0; i + 1 < n; i++) {
      w[i][i + 1] = weight;
      w[i + 1][i] = weight;
    }
    return ownTheRest(w);
  }

  /** 1/n everywhere. */
  public static double[][] complete(int n) {
    double[][] w = new double[n][n];
    for (double[] row : w) {
      java.util.Arrays.fill(row, 1.0 / n);
    }
    return w;
  }

  private static double[][] ownTheRest(double[][] w) {
    for (int i = 0; i < w.length; i++) {
      double sum = 0;
      for (int j = 0; j < w.length; j++) {
        sum += j == i ? 0 : w[i][j];
      }
      w[i][i] = 1 - sum;
    }
    return w;
  }

  /** Worker i's place: it hears j where W_ij is not 0 and sends to j where W_ji is not 0. */
  public static Neighbourhood around(double[][] w, int i) {
    List<PeerId> to = new ArrayList<>();
    List<PeerId> from = new ArrayList<>();
    List<Double> toWeights = new ArrayList<>();
    List<Double> fromWeights = new ArrayList<>();
    for (int j = 0; j < w.length; j++) {
      if (j != i && w[i][j] != 0) {
        from.add(PeerId.worker(j));
        fromWeights.add(w[i][j]);
      }
      if (j != i && w[j][i] != 0) {
        to.add(PeerId.worker(j));
        toWeights.add(w[j][i]);
      }
    }
    return new Neighbourhood(PeerId.worker(i), w.length, to, from, w[i][i], fromWeights, toWeights);
  }
}
