package org.estafette.actor.manage;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import org.estafette.actor.live.NodeHealth;
import org.jspecify.annotations.Nullable;

/** Where Akka Management's health checks, which it makes itself, find the node's health. */
final class HealthExtension implements Extension {
  private static final Id ID = new Id();

  private volatile @Nullable NodeHealth health;

  private HealthExtension() {}

  static HealthExtension get(ActorSystem system) {
    return ID.get(system);
  }

  void set(NodeHealth health) {
    this.health = health;
  }

  boolean ready() {
    NodeHealth h = health;
    return h != null && h.ready();
  }

  private static final class Id extends AbstractExtensionId<HealthExtension> {
    @Override
    public HealthExtension createExtension(ExtendedActorSystem system) {
      return new HealthExtension();
    }
  }
}
