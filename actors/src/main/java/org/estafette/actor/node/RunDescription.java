package org.estafette.actor.node;

import org.estafette.actor.wire.ControlMessage;
import org.estafette.channel.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * What a node needs to join: everything else comes from here.
 *
 * @param run number of the run
 * @param wire version of the updates' form
 * @param config effective configuration as HOCON
 * @param server where the server's tensors arrive
 * @param keys fingerprint of the key of the tensor channel; empty or null where there is none
 */
public record RunDescription(
    long run, int wire, String config, Endpoint server, @Nullable String keys)
    implements ControlMessage {}
