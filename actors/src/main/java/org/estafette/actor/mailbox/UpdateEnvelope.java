package org.estafette.actor.mailbox;

import org.estafette.algorithm.Header;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.Update;

/**
 * A message that carries an update: the only kind that a mailbox policy sees. Sent with {@code
 * tell}, never through a message adapter, which would hide it.
 */
public interface UpdateEnvelope {
  /** The update, owned by whoever holds this message. */
  Update update();

  /** The same message with another update: what a policy hands out need not be what went in. */
  Object with(Update update);

  /** The message that tells the actor of an update that its mailbox refused. */
  Object refused(Header header, Refusal reason);
}
