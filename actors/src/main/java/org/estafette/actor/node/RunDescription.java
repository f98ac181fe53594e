package org.estafette.actor.node;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.join.Protocol;
import org.estafette.actor.wire.ControlMessage;
import org.estafette.actor.wire.UpdateCodec;
import org.estafette.channel.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * What a node needs to join: everything else comes from here. All releases ask for it and read it,
 * whatever else they speak: fields may be added, and none changed or taken away. Those that a
 * sender does not know are null or 0.
 *
 * @param run number of the run
 * @param wire version of the updates' form
 * @param config effective configuration as HOCON
 * @param server where the server's tensors arrive
 * @param keys fingerprint of the key of the tensor channel; empty or null where there is none
 * @param name of the run
 * @param address of the coordinator, {@code host:port}
 * @param release of the coordinator
 * @param protocol newest version of the control protocol that it speaks
 * @param oldestProtocol oldest one that it still speaks
 */
public record RunDescription(
    long run,
    int wire,
    String config,
    Endpoint server,
    @Nullable String keys,
    @Nullable String name,
    @Nullable String address,
    @Nullable String release,
    int protocol,
    int oldestProtocol)
    implements ControlMessage {

  /** Of a run of this node. */
  static RunDescription of(long run, RunConfig config, TensorPort port, ActorSystem<?> system) {
    Protocol own = Protocol.own(UpdateCodec.VERSION);
    return new RunDescription(
        run,
        own.wire(),
        ConfigReader.render(config),
        port.endpoint(),
        port.keys(),
        config.name(),
        Cluster.get(system).selfMember().address().hostPort().replaceFirst("^[^@]*@", ""),
        own.release(),
        own.newest(),
        own.oldest());
  }

  /** What the coordinator speaks. */
  Protocol speaks() {
    return new Protocol(release == null ? "" : release, protocol, oldestProtocol, wire);
  }

  /** Names the run for people. */
  String title() {
    return (name == null ? "a run" : "run \"" + name + "\"") + " (" + Long.toHexString(run) + ")";
  }
}
