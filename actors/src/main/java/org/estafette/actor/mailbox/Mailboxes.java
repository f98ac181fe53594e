package org.estafette.actor.mailbox;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.jspecify.annotations.Nullable;

/**
 * The update mailboxes of an actor system, by their owner's path: actors and metrics find them
 * here.
 */
public final class Mailboxes implements Extension {
  private static final Id ID = new Id();
  private final Map<String, UpdateMessageQueue> byPath = new ConcurrentHashMap<>();

  private volatile @Nullable Supplier<UpdateQueue> chosen;

  private Mailboxes() {}

  /**
   * From now on, mailboxes whose section names no policy are made by {@code policy}: a node that
   * joins learns only then which one its run has chosen.
   */
  public void choose(Supplier<UpdateQueue> policy) {
    chosen = policy;
  }

  UpdateQueue chosen() {
    Supplier<UpdateQueue> policy = chosen;
    if (policy == null) {
      throw new IllegalStateException(
          "a mailbox without policy (expected Mailboxes.choose before its actor is spawned)");
    }
    return policy.get();
  }

  /** Of that system. */
  public static Mailboxes get(ActorSystem system) {
    return ID.get(system);
  }

  void register(ActorRef owner, UpdateMessageQueue queue) {
    byPath.put(owner.path().toStringWithoutAddress(), queue);
  }

  /** The mailbox of the actor at that path; null where it has none of this kind. */
  public @Nullable UpdateMessageQueue find(ActorRef owner) {
    return byPath.get(owner.path().toStringWithoutAddress());
  }

  /** Updates that wait in all mailboxes of this node. */
  public int waiting() {
    return byPath.values().stream().mapToInt(UpdateMessageQueue::waiting).sum();
  }

  private static final class Id extends AbstractExtensionId<Mailboxes> {
    @Override
    public Mailboxes createExtension(ExtendedActorSystem system) {
      return new Mailboxes();
    }
  }
}
