package org.estafette.algorithm.peer;

import java.util.List;
import org.estafette.algorithm.PeerId;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;

/**
 * One worker's side of a decentralised method, on vectors only: what it sends, what it keeps of
 * what it hears, and how it averages. Rounds, waiting and membership are its worker's business.
 *
 * <p>A round: the local steps are {@link #trained}; then one exchange or more. In an exchange the
 * worker {@linkplain #compose composes} each part for each neighbour, {@linkplain #receive
 * receives} those of its neighbours in any order (or none of some), and {@linkplain #average
 * averages}. What {@code compose} gives rests only on what was received before this exchange.
 *
 * <p>All vectors have the model's length and one precision, float32 or float64. Nothing is
 * allocated per round on the vectors' scale.
 */
public interface PeerMethod extends AutoCloseable {
  /**
   * The graph around the worker for the exchanges to come: at the start, after a change of who is
   * live ({@code epoch} is higher then), and before each exchange of a time-varying graph (same
   * epoch). With a higher epoch, what is held of a former graph is dropped where the method's mass
   * would otherwise count twice.
   */
  void rewire(Neighbourhood around, long epoch);

  /** Parts of an exchange: vectors that go to each neighbour. */
  default int parts() {
    return 1;
  }

  /**
   * Whether a message goes out before the first local steps of a graph's epoch. With overlapped
   * rounds the first average can then rest on the neighbours' first parameters; otherwise it rests
   * on nothing heard.
   */
  default boolean greets() {
    return false;
  }

  /**
   * Whether a message that comes too late for its round is still worth taking, in place of an older
   * one of the same neighbour and part; for conflatable messages only.
   */
  default boolean takesLate() {
    return false;
  }

  /**
   * The parameters to begin from: at the start, after joining, before {@link #restore}, and before
   * anything else but {@link #rewire}. To be copied by who needs them later.
   */
  default void begin(FlatVector x) {}

  /**
   * Whether the worker and that neighbour send each other messages in the exchange to come; asked
   * before each exchange, and both ends answer alike. In the first exchange of a round with all; a
   * method that averages more than once may end with some neighbours before others.
   */
  default boolean exchangesWith(PeerId neighbour) {
    return true;
  }

  /** Whether every neighbour is sent the same vector, so that one is composed for all. */
  boolean alike();

  /**
   * Whether a message says all that earlier ones said, so that only the newest counts; otherwise
   * each counts exactly once. The parts of an exchange belong together: where one of them may not
   * be superseded, as the tracker of gradient tracking, none may.
   */
  boolean conflatable();

  /**
   * The inner optimizer's moments for the round's local steps, where the method's momentum follows
   * the exchange; empty where the inner optimizer keeps its own.
   */
  default List<FlatVector> moments() {
    return List.of();
  }

  /**
   * Where gradients are taken in the round's local steps: for most methods the parameters
   * themselves, for push-sum the de-biased z = x/w. Read right before the local steps; the
   * pseudo-gradient is then measured from it.
   */
  default FlatVector trainingPoint(FlatVector x) {
    return x;
  }

  /**
   * The local steps of a round are done.
   *
   * @param x parameters when they began (the method's own x, not the training point)
   * @param delta Δ: training point minus parameters after the local steps; the method may overwrite
   *     it
   * @param rate sum of the steps' learning rates
   */
  void trained(FlatVector x, FlatVector delta, double rate);

  /**
   * Writes what {@code to} is sent. Asked right after the local steps in synchronous rounds, before
   * anything of this exchange is received; after {@link #average} in overlapped rounds and with
   * asynchronous workers. Asked a second time for the same local steps where the graph changed
   * while the worker waited.
   *
   * @param to a neighbour; any of them where all are sent the same
   * @return its mass
   */
  double compose(PeerId to, int part, FlatVector into);

  /**
   * A neighbour's message of this exchange; with asynchronous workers, of any. The lease passes to
   * the method.
   */
  void receive(PeerId from, int part, double mass, Lease values);

  /**
   * Ends the exchange: x ← the average of what is there. Neighbours that were not heard in this
   * exchange are treated as the method says for lost messages.
   *
   * @return whether the method wants another exchange in this round
   */
  boolean average(FlatVector x);

  /** What the newest {@link #average} rests on: workers in a relayed sum, push-sum weight; or 1. */
  default double mass() {
    return 1;
  }

  /**
   * Root of the mean squared distance between the worker's vector and its neighbours' in the newest
   * exchange; NaN where none was heard.
   */
  double spread();

  /** Vectors that must survive a restart, by name; live views. Empty where there are none. */
  default List<Named> state() {
    return List.of();
  }

  /**
   * Takes up a saved {@link #state}; the graph is known, and {@link #begin} has told the saved
   * parameters. By default every vector of the present state takes the saved one of its name.
   *
   * @throws IllegalArgumentException where the saved state is of another method
   */
  default void restore(List<Named> saved) {
    for (Named here : state()) {
      Named there =
          saved.stream()
              .filter(s -> s.name().equals(here.name()))
              .findFirst()
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "the saved state has no vector "
                          + here.name()
                          + " (expected it among "
                          + saved.stream().map(Named::name).toList()
                          + "): resume with the method that the run began with"));
      here.vector().copyFrom(there.vector());
    }
  }

  /**
   * A vector of the state.
   *
   * @param number what belongs to it: the mass of a held message, a push-sum weight; or 0
   */
  record Named(String name, FlatVector vector, double number) {
    /** A vector alone. */
    public Named(String name, FlatVector vector) {
      this(name, vector, 0);
    }
  }

  /** Gives back the leases that it holds. */
  @Override
  void close();
}
