package org.estafette.channel;

/** What became of a frame that was handed to {@link TensorChannel#send}. */
public enum SendOutcome {
  /** The last byte is in the stream to the peer. Not an acknowledgement: the peer may still die. */
  SENT("the last byte is in the stream to the peer"),
  /** The peer does not keep up; the frame was not taken. */
  QUEUE_FULL("as many frames as configured already wait for this peer"),
  /** The peer did not answer within the connect time. */
  NOT_CONNECTED("the peer did not connect in time"),
  /** The connection ended while the frame was under way. */
  PEER_LOST("the connection ended while the frame was under way"),
  /**
   * The stream could not be opened: no space in shared memory, an address that does not resolve.
   */
  NO_STREAM("the stream to the peer could not be opened"),
  /** The caller gave the peer up. */
  FORGOTTEN("the peer was given up while the frame waited"),
  /** The channel is closed or closing. */
  CHANNEL_CLOSED("the channel is closed"),
  /** The media driver is gone; a new channel has to be opened. */
  CHANNEL_LOST("the media driver is gone");

  private final String sentence;

  SendOutcome(String sentence) {
    this.sentence = sentence;
  }

  /** The outcome as a sentence for logs and people. */
  public String sentence() {
    return sentence;
  }
}
