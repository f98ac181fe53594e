package org.estafette.algorithm;

/** What a participant decided, with its reason. */
public sealed interface Decision {
  /**
   * A push was applied.
   *
   * @param header of the push
   * @param report of its round
   * @param staleness τ
   * @param weight factor
   * @param version the version after it
   * @param merged whether it was applied together with others in one pass
   */
  record Applied(
      Header header,
      RoundReport report,
      long staleness,
      double weight,
      long version,
      boolean merged)
      implements Decision {}

  /** A push or a model was refused. */
  record Refused(Header header, Refusal reason, String detail) implements Decision {}

  /** A worker was given a round. */
  record Assigned(PeerId worker, Assignment assignment, long version) implements Decision {}

  /** A worker joined, or joined again with a higher incarnation. */
  record Joined(PeerId worker, int incarnation) implements Decision {}

  /**
   * A worker is gone; {@code stepsLost} are the local steps of the round that it was in, as they
   * were given out.
   */
  record Left(PeerId worker, int incarnation, int stepsLost) implements Decision {}

  /**
   * A worker's pushes are refused from now on.
   *
   * @param refusals unusable pushes among its newest
   * @param reason what was wrong with the last one
   * @param detail what was seen and what was expected
   */
  record Quarantined(PeerId worker, int refusals, Refusal reason, String detail)
      implements Decision {}

  /** A worker's pushes are taken again, after so many good ones in a row. */
  record Released(PeerId worker, int goodPushes) implements Decision {}

  /**
   * A worker that goes on before its push is answered has given up what it had begun: these steps
   * were taken for nothing.
   *
   * @param worker whose
   * @param incarnation which life of it
   * @param round the round that had begun
   * @param steps local steps taken
   * @param tokens tokens seen
   * @param reason why it was given up
   */
  record Wasted(PeerId worker, int incarnation, long round, int steps, long tokens, String reason)
      implements Decision {}

  /** A synchronous round ended with {@code participants} pushes. */
  record RoundClosed(long round, int participants, long version) implements Decision {}

  /**
   * A worker without a server finished a round: local steps, exchange and average.
   *
   * @param worker whose round
   * @param report of its local steps
   * @param round the round's number, from 1
   * @param fresh neighbours whose message of this round was used
   * @param held neighbours for whom an older message, or nothing, was used
   * @param mass what the average rests on: in RelaySum the workers whose models are in it
   * @param spread root of the mean squared distance to the neighbours' models that it heard; NaN
   *     where it heard none
   */
  record Mixed(
      PeerId worker,
      RoundReport report,
      long round,
      int fresh,
      int held,
      double mass,
      double spread)
      implements Decision {}

  /** The graph around a worker changed: {@code neighbours} of the graph of {@code epoch}. */
  record Rewired(PeerId worker, long epoch, java.util.List<PeerId> neighbours) implements Decision {
    /** Copies the list. */
    public Rewired {
      neighbours = java.util.List.copyOf(neighbours);
    }
  }

  /** The budget is used up and the last push is in. */
  record Finished(long version, long localSteps, long tokens) implements Decision {}
}
