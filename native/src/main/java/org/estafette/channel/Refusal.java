package org.estafette.channel;

/** Why a frame was not delivered. Each refused frame is counted under exactly one of these. */
public enum Refusal {
  /** The fragment does not start with the channel's magic number. */
  WRONG_MAGIC("what arrived is not a frame of this channel"),
  /** Sender and receiver speak different versions of the wire format. */
  WRONG_VERSION("the sender speaks another version of the wire format"),
  /** The frame belongs to another run. */
  WRONG_RUN("the frame belongs to another run"),
  /** The header's checksum does not fit the header. */
  CORRUPT_HEADER("the header was damaged on its way"),
  /** The fragment contradicts the format or its own frame. */
  MALFORMED("a fragment contradicts the format or the frame that it continues"),
  /** The announced length is above the limit; nothing was leased. */
  TOO_LONG("the announced length is negative or above the configured limit"),
  /** No lease within the configured time. */
  POOL_EXHAUSTED("no memory became free within the time that a sender is held back"),
  /** The leased vector cannot take the payload. */
  LEASE_TOO_SMALL("the vector leased for it is shorter than the payload, or not float32"),
  /** Bytes changed on their way. */
  WRONG_CHECKSUM("the checksum over header, meta and payload does not fit"),
  /** No code or a wrong one, or a key on one side only. */
  NOT_AUTHENTIC("the authentication code is missing, wrong, or made with another key"),
  /** A keyed frame whose number was begun before in its stream. */
  REPLAYED("the frame was sent before: somebody sends it again"),
  /** The sender went away, began anew or gave up before the frame was complete. */
  ABANDONED("the sender ended before the frame was complete"),
  /** The beginning of the frame never arrived. */
  NO_BEGINNING("the frame's beginning was lost with an earlier connection"),
  /** The node's own listener failed while it was asked or told. */
  LISTENER_FAILED("the receiver's own code failed on it");

  private final String sentence;

  Refusal(String sentence) {
    this.sentence = sentence;
  }

  /** The reason as a sentence for logs and people. */
  public String sentence() {
    return sentence;
  }
}
