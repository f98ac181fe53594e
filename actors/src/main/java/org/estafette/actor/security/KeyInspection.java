package org.estafette.actor.security;

import java.nio.file.Path;
import java.util.List;

/**
 * What is in a key folder, without its secrets.
 *
 * @param certificates the authority's and the node's
 * @param channelFingerprint tells channel keys apart without showing them; empty where there is
 *     none that can be used
 * @param hasAuthority whether the folder holds the key with which further nodes are certified
 * @param problems why the folder cannot be used; none where it can
 * @param warnings what should be put right
 */
public record KeyInspection(
    Path folder,
    List<Certified> certificates,
    String channelFingerprint,
    boolean hasAuthority,
    List<String> problems,
    List<String> warnings) {}
