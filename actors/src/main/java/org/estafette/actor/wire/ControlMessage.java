package org.estafette.actor.wire;

/** Marks messages between nodes: records of plain values, written as CBOR. */
public interface ControlMessage {}
