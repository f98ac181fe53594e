package org.estafette.algorithm;

/** Why an update was not applied. Every refused update is counted under one of these. */
public enum Refusal {
  /** A message with this name was applied before. */
  DUPLICATE("an update with the same run, sender, incarnation and sequence was applied before"),
  /** Of another run. */
  WRONG_RUN("the update belongs to another run"),
  /** The sender follows another epoch, of the server or of the workers' graph. */
  OLD_EPOCH("the sender follows another epoch, of the server or of the graph"),
  /** A later life of the same worker is known. */
  OLD_INCARNATION("a later incarnation of the same worker has joined"),
  /** The server does not know the worker. */
  UNKNOWN_WORKER("the worker has not joined this run"),
  /** The graph of this epoch has no edge from the sender to the receiver. */
  NOT_A_NEIGHBOUR("the sender is not a neighbour in the graph of this epoch"),
  /** Built on a version that the server never published. */
  UNKNOWN_VERSION("the update is built on a version that this server never published"),
  /** The vector has another length or precision. */
  WRONG_SHAPE("the update's vector does not have the model's form"),
  /** NaN or infinite. */
  NOT_FINITE("the update holds NaN or infinite values"),
  /** Much longer than pushes usually are. */
  NORM_TOO_LARGE("the update is much larger than updates usually are"),
  /** Its worker has sent too much that could not be used. */
  QUARANTINED("the worker is in quarantine after too many unusable updates"),
  /** The worker's own training gave NaN or infinity; it was not sent. */
  DIVERGED("the worker's local training gave NaN or infinite values"),
  /** Older than the staleness policy admits. */
  TOO_STALE("the update is staler than the policy admits"),
  /** The mailbox is full. */
  BACKLOG("the mailbox is full"),
  /** Came after the round that it belongs to. */
  ROUND_OVER("the synchronous round that the update belongs to is over"),
  /** The run is over. */
  RUN_OVER("the run is over");

  private final String sentence;

  Refusal(String sentence) {
    this.sentence = sentence;
  }

  /** One plain sentence for logs and people. */
  public String sentence() {
    return sentence;
  }

  /**
   * Whether it is the content that is wrong, which no honest worker sends: such refusals bring
   * their sender into quarantine. What came late, twice or to the wrong place is nobody's fault.
   */
  public boolean badContent() {
    return switch (this) {
      case UNKNOWN_VERSION, WRONG_SHAPE, NOT_FINITE, NORM_TOO_LARGE -> true;
      default -> false;
    };
  }

  /** Name in metrics and JSON: lower case with underscores. */
  public String key() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
