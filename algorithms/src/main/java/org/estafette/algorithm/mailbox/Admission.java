package org.estafette.algorithm.mailbox;

import org.estafette.algorithm.Header;
import org.estafette.algorithm.Refusal;

/** What a mailbox did with an offered update. */
public sealed interface Admission {
  /** It waits by itself. */
  record Accepted() implements Admission {}

  /** It waits together with others and will be handed out with them. */
  record Merged(Header into) implements Admission {}

  /** It took the place of an older one, whose memory is given back. */
  record Superseded(Header old) implements Admission {}

  /** It was not taken, and its memory is given back. */
  record Refused(Refusal reason) implements Admission {}
}
