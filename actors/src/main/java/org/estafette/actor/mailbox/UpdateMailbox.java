package org.estafette.actor.mailbox;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.dispatch.MailboxType;
import akka.dispatch.MessageQueue;
import akka.dispatch.ProducesMessageQueue;
import com.typesafe.config.Config;
import java.util.Map;
import java.util.TreeMap;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.mailbox.UpdateQueue;
import org.jspecify.annotations.Nullable;
import scala.Option;

/**
 * Akka mailbox type around an {@link UpdateQueue}. Keys of its configuration section: {@code
 * policy} (a class with a public constructor that takes {@link QueueOptions}; without it, the one
 * that {@link Mailboxes#choose} names), {@code capacity}, {@code period}, and whatever the policy
 * reads itself.
 */
public final class UpdateMailbox implements MailboxType, ProducesMessageQueue<UpdateMessageQueue> {
  private final QueueOptions options;
  private final @Nullable String policy;

  /** Called by Akka. */
  public UpdateMailbox(ActorSystem.Settings settings, Config config) {
    Map<String, String> values = new TreeMap<>();
    config
        .entrySet()
        .forEach(e -> values.put(e.getKey(), String.valueOf(e.getValue().unwrapped())));
    this.policy = config.hasPath("policy") ? config.getString("policy") : null;
    this.options =
        new QueueOptions(
            config.hasPath("capacity") ? config.getInt("capacity") : 1024,
            config.hasPath("period") ? config.getInt("period") : 1,
            values);
  }

  @Override
  public MessageQueue create(Option<ActorRef> owner, Option<ActorSystem> system) {
    UpdateMessageQueue queue = new UpdateMessageQueue(policy(system));
    if (owner.isDefined() && system.isDefined()) {
      Mailboxes.get(system.get()).register(owner.get(), queue);
    }
    return queue;
  }

  private UpdateQueue policy(Option<ActorSystem> system) {
    return policy != null ? policy(policy, options) : Mailboxes.get(system.get()).chosen();
  }

  /**
   * An instance of the named policy.
   *
   * @throws IllegalArgumentException that says what is wrong with the class
   */
  public static UpdateQueue policy(String className, QueueOptions options) {
    try {
      ClassLoader context = Thread.currentThread().getContextClassLoader();
      return Class.forName(
              className, true, context != null ? context : UpdateMailbox.class.getClassLoader())
          .asSubclass(UpdateQueue.class)
          .getConstructor(QueueOptions.class)
          .newInstance(options);
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(
          "mailbox policy " + className + ": no such class on the class path", e);
    } catch (ClassCastException e) {
      throw new IllegalArgumentException(
          "mailbox policy " + className + " does not implement " + UpdateQueue.class.getName(), e);
    } catch (java.lang.reflect.InvocationTargetException e) {
      throw new IllegalArgumentException(
          "mailbox policy " + className + " cannot be made: " + e.getCause(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          "mailbox policy " + className + " has no usable public constructor (QueueOptions): " + e,
          e);
    }
  }
}
