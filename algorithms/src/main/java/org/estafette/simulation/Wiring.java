package org.estafette.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.estafette.topology.DoubleTrees;
import org.estafette.topology.Graph;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.TimeVaryingExponential;

/**
 * Who exchanges with whom in each averaging, for workers 0 … n − 1. Immutable.
 *
 * <p>Averagings are counted over the whole run: rounds times averagings of a round.
 */
public final class Wiring {
  private final List<List<Neighbourhood>> phases;

  private Wiring(List<List<Neighbourhood>> phases) {
    this.phases = phases;
  }

  /**
   * The same graph always, with these weights.
   *
   * @throws IllegalArgumentException where the sizes differ
   */
  public static Wiring of(Graph graph, MixingMatrix weights) {
    if (graph.size() != weights.size()) {
      throw new IllegalArgumentException(
          "graph of %d nodes, weights of %d (expected equal)"
              .formatted(graph.size(), weights.size()));
    }
    List<Neighbourhood> places = new ArrayList<>();
    for (int i = 0; i < graph.size(); i++) {
      int[] around = graph.neighbours(i);
      places.add(place(weights, i, around, around));
    }
    return new Wiring(List.of(places));
  }

  /** The same graph always, with Metropolis–Hastings weights. */
  public static Wiring of(Graph graph) {
    return of(graph, MixingMatrix.metropolisHastings(graph));
  }

  /** The same places always, in the order of the workers. */
  public static Wiring of(List<Neighbourhood> places) {
    return new Wiring(List.of(List.copyOf(places)));
  }

  /** One peer at a time, twice as far in each averaging. */
  public static Wiring of(TimeVaryingExponential graph) {
    List<List<Neighbourhood>> phases = new ArrayList<>();
    for (int k = 0; k < graph.period(); k++) {
      int offset = graph.offset(k);
      MixingMatrix weights = graph.matrix(offset);
      List<Neighbourhood> places = new ArrayList<>();
      for (int i = 0; i < graph.n(); i++) {
        int[] to = {graph.target(i, offset)};
        int[] from = {graph.source(i, offset)};
        places.add(place(weights, i, to, from));
      }
      phases.add(places);
    }
    return new Wiring(phases);
  }

  /** Two relay trees over each other, for the parts 0 and 1 of every message. */
  public static Wiring of(DoubleTrees trees) {
    List<Neighbourhood> places = new ArrayList<>();
    for (int i = 0; i < trees.a().size(); i++) {
      List<List<PeerId>> partners = new ArrayList<>();
      SortedSet<PeerId> all = new TreeSet<>();
      for (Graph tree : List.of(trees.a(), trees.b())) {
        List<PeerId> here = new ArrayList<>();
        for (int j : tree.neighbours(i)) {
          here.add(PeerId.worker(j));
        }
        partners.add(here);
        all.addAll(here);
      }
      List<PeerId> around = List.copyOf(all);
      List<Double> ones = Collections.nCopies(around.size(), 1.0);
      places.add(
          new Neighbourhood(
              PeerId.worker(i), trees.a().size(), around, around, 1, ones, ones, partners));
    }
    return of(places);
  }

  private static Neighbourhood place(MixingMatrix weights, int i, int[] to, int[] from) {
    List<PeerId> receivers = new ArrayList<>();
    List<PeerId> senders = new ArrayList<>();
    List<Double> leaving = new ArrayList<>();
    List<Double> arriving = new ArrayList<>();
    for (int j : to) {
      receivers.add(PeerId.worker(j));
      leaving.add(weights.weight(j, i));
    }
    for (int j : from) {
      senders.add(PeerId.worker(j));
      arriving.add(weights.weight(i, j));
    }
    return new Neighbourhood(
        PeerId.worker(i),
        weights.size(),
        receivers,
        senders,
        weights.weight(i, i),
        arriving,
        leaving);
  }

  /** n. */
  public int workers() {
    return phases.getFirst().size();
  }

  /** Whether the graph is another one in another averaging. */
  public boolean varies() {
    return phases.size() > 1;
  }

  /** A worker's place in an averaging. */
  public Neighbourhood around(int worker, long averaging) {
    return phases.get((int) (averaging % phases.size())).get(worker);
  }
}
