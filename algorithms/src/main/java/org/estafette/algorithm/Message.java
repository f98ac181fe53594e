package org.estafette.algorithm;

/** What participants send to each other: small control messages, and updates that carry tensors. */
public sealed interface Message permits Pull, Update {
  /** Who sent it, and on what it rests. */
  Header header();
}
