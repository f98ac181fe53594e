package org.estafette.actor.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.data.ReadProgress;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.peer.Neighbourhood;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs without a server: what is refused before anything is started, and what is said. */
final class NeighbourPlansTest {
  @TempDir Path dir;

  private List<String> open(String... settings) throws Exception {
    List<String> notices = new ArrayList<>();
    Path text = TinyRuns.text(dir);
    try (Workshop workshop =
        Workshop.open(
            ConfigReader.read(null, TinyRuns.settings(text, settings)),
            ReadProgress.NONE,
            notices::add)) {
      workshop.checkMailbox();
      notices.addAll(workshop.describe().values());
    }
    return notices;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "16 | gossip | gossip.method=d2 topology.kind=torus | λ_min | exact-diffusion",
        "8 | gossip | gossip.method=d2 topology.kind=hypercube | λ_min | lazy",
        "4 | gossip | topology.kind=edges topology.edges=[[0,1],[2,3]] | 2 parts | connected",
        "4 | relay | topology.kind=edges topology.edges=[[0,1],[2,3]] | 2 parts | connected",
        "4 | gossip | topology.kind=rnig | did you mean | ring",
        "6 | gossip | topology.kind=hypercube | hypercube | n=6",
        "4 | gossip | topology.weights=edge topology.edge-weight=0.7 | edge weight=0.7 | largest",
        "4 | gossip | gossip.method=dpsgd | did you mean | dp-sgd",
        "4 | gossip | gossip.method=d2 topology.lazy=true gossip.asynchronous=true | averages"
            + " rounds | expected",
        "4 | gossip | gossip.method=qg gossip.overlap=true | gossip.overlap | dp-sgd",
        "4 | gossip | gossip.method=ad-psgd mailbox=gossip | estafette.mailbox | fifo",
        "4 | relay | relay.trees=double topology.kind=chain | relay.trees | binary-tree",
        "4 | relay | relay.asynchronous=true relay.overlap=true | relay.asynchronous | expected",
        "4 | relay | relay.asynchronous=true relay.fill=half | relay.asynchronous | hold",
        "4 | gossip | gossip.method=d2 topology.lazy=true gossip.overlap=true | gossip.overlap |"
            + " dp-sgd",
        "4 | gossip | gossip.method=gradient-tracking gossip.asynchronous=true | averages rounds |"
            + " gossip.asynchronous = false",
        "4 | gossip | gossip.method=sgp gossip.asynchronous=true | averages rounds |"
            + " gossip.asynchronous = false",
        "4 | gossip | gossip.method=powergossip gossip.asynchronous=true | averages rounds |"
            + " gossip.asynchronous = false",
        "4 | gossip | gossip.method=consensus-control gossip.asynchronous=true | averages rounds |"
            + " gossip.asynchronous = false",
        "4 | gossip | gossip.method=powergossip gossip.overlap=true | gossip.overlap | dp-sgd",
        "4 | gossip | gossip.method=consensus-control gossip.overlap=true | gossip.overlap |"
            + " dp-sgd",
        "4 | gossip | gossip.method=sgp gossip.overlap=true | gossip.overlap | dp-sgd",
        "4 | gossip | gossip.asynchronous=true gossip.overlap=true | gossip.overlap | in rounds",
        "4 | gossip | gossip.method=gradient-tracking mailbox=gossip | counts exactly once | relay",
        "4 | gossip | mailbox=gossip | mailbox=gossip with pace | asynchronous",
        "4 | gossip | gossip.asynchronous=true mailbox=relay | whole rounds | mailbox=gossip",
        "4 | gossip | mailbox=delayed-nesterov | there is no server | relay, gossip or fifo",
        "4 | relay | mailbox=delayed-nesterov | there is no server | relay, gossip or fifo",
        "4 | async | mailbox=relay | what workers send one another | delayed-nesterov",
        "4 | sync | mailbox=gossip | what workers send one another | delayed-nesterov",
        "4 | gossip | gossip.method=ad-psgd mailbox=own"
            + " mailboxes.own.policy=org.estafette.algorithm.mailbox.GossipQueue | ad-psgd | fifo",
      })
  void shouldRefuseWhatCannotWorkWithReasonAndRemedy(
      String workers, String strategy, String settings, String reason, String remedy) {
    String[] all =
        Stream.concat(
                Stream.of("workers.count", workers, "strategy", strategy),
                Arrays.stream(settings.split("[ =]")))
            .toArray(String[]::new);
    assertThatThrownBy(() -> open(all))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(reason)
        .hasMessageContaining(remedy);
  }

  @Test
  void shouldWeighARepairedGraphAnewWhereTheEdgeWeightHasBecomeTooLarge() {
    RunConfig config =
        ConfigReader.read(
            null,
            TinyRuns.settings(
                dir.resolve("none.txt"),
                "workers.count",
                "6",
                "strategy",
                "gossip",
                "topology.kind",
                "edges",
                "topology.edges",
                "[[1,0],[0,2],[2,5],[5,3],[3,4],[4,1]]",
                "topology.weights",
                "edge",
                "topology.edge-weight",
                "0.4"));
    TreeSet<PeerId> live = new TreeSet<>();
    for (int slot : new int[] {0, 1, 2, 3}) {
      live.add(PeerId.worker(slot));
    }
    Neighbourhood around = Peers.surroundings(config).around(PeerId.worker(0), live, 1, 0);
    assertThat(around.from()).hasSize(3);
    assertThat(around.selfWeight()).isGreaterThanOrEqualTo(0);
    assertThat(around.fromWeights().stream().mapToDouble(w -> w).sum() + around.selfWeight())
        .isCloseTo(1, within(1e-12));
  }

  @Test
  void shouldSayWhatTheGraphDoesToAveraging() throws Exception {
    assertThat(open("workers.count", "4", "strategy", "relay", "topology.kind", "chain"))
        .contains("relay model, chain")
        .anyMatch(line -> line.contains("up to 2 rounds old"));
    assertThat(open("workers.count", "4", "strategy", "gossip"))
        .contains("gossip dp-sgd, ring")
        .anyMatch(line -> line.contains("spectral gap 0.667"));
  }

  @Test
  void shouldRelayOverASpanningTreeOfAGraphWithCycles() throws Exception {
    assertThat(open("workers.count", "6", "strategy", "relay", "topology.kind", "ring"))
        .anyMatch(line -> line.startsWith("ring of 6, 5 edges"));
  }

  @Test
  void shouldWarnOfWhatWorksOnlyWithCare() throws Exception {
    assertThat(
            open(
                "workers.count",
                "12",
                "strategy",
                "relay",
                "relay.form",
                "gradient",
                "topology.kind",
                "chain"))
        .anyMatch(line -> line.contains("caution") && line.contains("τ_max"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "relay | gossip.momentum=0.5 outer.rate=0.3 | gossip.momentum | strategy = gossip",
        "relay | gossip.momentum=0.5 outer.rate=0.3 | outer.rate | a server",
        "relay | topology.weights=max-degree | topology.weights | strategy = gossip",
        "gossip | gossip.method=sgp topology.kind=ring | topology.kind | other than sgp",
        "gossip | relay.mix=0.3 | relay.mix | strategy = relay",
        "gossip | gossip.averagings=3 | gossip.averagings | gossip.method = sgp",
        "async | topology.kind=ring | topology.kind | strategy = relay or gossip",
        "async | strategy-options.a=1 | strategy-options.a | of one's own",
        "sync | grace.window=1s | grace.window | strategy = async",
      })
  void shouldTellOfKeysThatDoNothing(String strategy, String set, String key, String needs)
      throws Exception {
    List<String> settings = new ArrayList<>(List.of("strategy", strategy, "workers.count", "4"));
    for (String setting : set.split(" ")) {
      settings.addAll(List.of(setting.split("=", 2)));
    }
    assertThat(open(settings.toArray(String[]::new)))
        .filteredOn(line -> line.startsWith("caution   no effect in this run: "))
        .anyMatch(line -> line.contains(key) && line.contains("(needs ") && line.contains(needs));
  }

  @Test
  void shouldSayNothingOfKeysThatAreAtTheirDefaultOrDoSomething() throws Exception {
    assertThat(
            open(
                "strategy", "gossip",
                "workers.count", "4",
                "gossip.method", "qg",
                "gossip.momentum", "0.8",
                "topology.kind", "random-regular",
                "topology.degree", "2",
                "relay.form", "model"))
        .noneMatch(line -> line.contains("no effect"));
    assertThat(open("strategy", "gossip", "workers.count", "4", "gossip.method", "sgp"))
        .anyMatch(line -> line.startsWith("exponential of 4"));
  }
}
