/**
 * How a node finds the cluster that it is to join, and how it finds out why it does not: addresses
 * from a list, a file, DNS or Kubernetes, probes of an address, and which releases talk to each
 * other.
 *
 * <p>May enter: sockets, DNS, Akka's discovery. May not enter: runs, nodes, HTTP endpoints of our
 * own.
 */
@NullMarked
package org.estafette.actor.join;

import org.jspecify.annotations.NullMarked;
