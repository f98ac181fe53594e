package org.estafette.algorithm.mailbox;

import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.Update;

/** Which of two messages of one sender was sent later, whatever the order of their arrival. */
final class Newness {
  private Newness() {}

  static int compare(Update a, Update b) {
    Header x = a.header();
    Header y = b.header();
    int order = Integer.compare(x.incarnation(), y.incarnation());
    if (order == 0) {
      order = Long.compare(x.sequence(), y.sequence());
    }
    return order;
  }

  /** By place in the rounds: epoch, round of the epoch, exchange. */
  static int compareRounds(Update a, Update b) {
    Header x = a.header();
    Header y = b.header();
    int order = Long.compare(x.epoch(), y.epoch());
    if (order == 0) {
      order = Long.compare(x.version(), y.version());
    }
    return order == 0 ? Integer.compare(passage(a).exchange(), passage(b).exchange()) : order;
  }

  static Passage passage(Update update) {
    return switch (update) {
      case NeighbourModel m -> m.passage();
      case NeighbourShare s -> s.passage();
      default ->
          throw new IllegalArgumentException(
              "a mailbox between workers was offered a "
                  + update.getClass().getSimpleName()
                  + " (expected a NeighbourModel or a NeighbourShare); choose another mailbox for"
                  + " this actor");
    };
  }
}
