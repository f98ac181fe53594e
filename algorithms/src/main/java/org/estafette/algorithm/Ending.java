package org.estafette.algorithm;

/** How the life of a message between workers ends where it is neither refused nor lost. */
public enum Ending {
  /** It entered an average. */
  AVERAGED,
  /** A newer one of the same edge took its place. */
  SUPERSEDED,
  /** It was read and changed no average: parameters that were asked for, a question repeated. */
  HEARD
}
