package org.estafette.actor.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/** Who exchanges with whom, from what workers have told of it. */
final class Topologies {
  private static final String SERVER = "server";

  private Topologies() {}

  static TopologyStatus of(
      LiveFacts facts,
      long epoch,
      String server,
      Map<String, Ledger> workers,
      Map<String, List<String>> neighbours) {
    List<TopologyStatus.Node> nodes = new ArrayList<>();
    SequencedSet<TopologyStatus.Link> links = new java.util.LinkedHashSet<>();
    boolean star = facts.topology().equals(SERVER);
    if (star) {
      nodes.add(new TopologyStatus.Node(SERVER, server, true));
    }
    workers.forEach((worker, ledger) -> {
      nodes.add(new TopologyStatus.Node(worker, ledger.node(), ledger.live()));
      if (star && ledger.live()) {
        links.add(new TopologyStatus.Link(worker, SERVER));
      }
    });
    if (!star) {
      neighbours.forEach((worker, with) ->
          with.stream()
              .filter(other -> live(workers, worker) && live(workers, other))
              .map(other -> link(worker, other, facts.directed()))
              .forEach(links::add));
    }
    return new TopologyStatus(facts.topology(), epoch, nodes, List.copyOf(links), facts.directed());
  }

  private static boolean live(Map<String, Ledger> workers, String worker) {
    Ledger ledger = workers.get(worker);
    return ledger != null && ledger.live();
  }

  /** An undirected link is told by both of its ends, and is one. */
  private static TopologyStatus.Link link(String from, String to, boolean directed) {
    boolean swap = !directed && LiveRun.BY_SLOT.compare(from, to) > 0;
    return swap ? new TopologyStatus.Link(to, from) : new TopologyStatus.Link(from, to);
  }
}
