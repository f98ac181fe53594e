package org.estafette.algorithm.peer;

import java.util.List;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Passage;
import org.estafette.memory.FlatVector;

/**
 * All that a {@link PeerWorker} needs to go on after a restart. Vectors are live views, copied by
 * who saves.
 *
 * @param schema version of this form
 * @param slot the worker
 * @param incarnation its life
 * @param epoch of the graph
 * @param live slots of the live workers of that epoch
 * @param round rounds finished
 * @param tick rounds finished since the epoch began
 * @param sequence messages named
 * @param neighbours what was taken from each
 * @param waiting messages that wait for their round
 * @param parameters x
 * @param vectors the method's, by name
 */
public record PeerState(
    int schema,
    int slot,
    int incarnation,
    long epoch,
    List<Integer> live,
    long round,
    long tick,
    long sequence,
    List<Neighbour> neighbours,
    List<Kept> waiting,
    FlatVector parameters,
    List<PeerMethod.Named> vectors) {
  /** The form that this version writes and reads. */
  public static final int SCHEMA = 1;

  /** Copies the lists, not the vectors. */
  public PeerState {
    live = List.copyOf(live);
    neighbours = List.copyOf(neighbours);
    waiting = List.copyOf(waiting);
    vectors = List.copyOf(vectors);
  }

  /**
   * What a worker knows of a neighbour.
   *
   * @param slot the neighbour
   * @param incarnation newest life heard of
   * @param expected whether it is waited for
   * @param since position from which on it is
   * @param last the last round of the epoch for which it speaks
   * @param taken newest position taken of each part
   * @param newest newest round heard of each part, of contributions
   * @param seen which of the 64 rounds before it were heard, one bit each
   */
  public record Neighbour(
      int slot,
      int incarnation,
      boolean expected,
      long since,
      long last,
      List<Long> taken,
      List<Long> newest,
      List<Long> seen) {
    /** Copies the lists. */
    public Neighbour {
      taken = List.copyOf(taken);
      newest = List.copyOf(newest);
      seen = List.copyOf(seen);
    }
  }

  /** A message that waits for its round. */
  public record Kept(Header header, Passage passage, FlatVector vector) {}
}
