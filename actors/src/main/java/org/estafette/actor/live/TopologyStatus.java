package org.estafette.actor.live;

import java.util.List;

/**
 * Who exchanges with whom now.
 *
 * @param kind "server" for a star around the global model, else the graph's name
 * @param epoch of the graph; the server's fencing epoch with one
 * @param nodes the server, if there is one, and every worker that ever took part
 * @param links undirected links between nodes that are up, or directed ones where {@code directed}
 * @param directed whether links go one way
 */
public record TopologyStatus(
    String kind, long epoch, List<Node> nodes, List<Link> links, boolean directed) {
  /**
   * @param id "server" or the worker's slot, "worker-3"
   * @param address of its node, {@code host:port}
   * @param up whether it takes part now
   */
  public record Node(String id, String address, boolean up) {}

  /** A link, from an {@code id} to another. */
  public record Link(String from, String to) {}
}
