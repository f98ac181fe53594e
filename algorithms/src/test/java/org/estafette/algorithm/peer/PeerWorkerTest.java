package org.estafette.algorithm.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.View;
import org.estafette.algorithm.mailbox.FifoQueue;
import org.estafette.algorithm.mailbox.GossipQueue;
import org.estafette.algorithm.mailbox.QueueOptions;
import org.estafette.algorithm.mailbox.RelayQueue;
import org.estafette.algorithm.peer.PeerPlan.Pace;
import org.estafette.algorithm.peer.gossip.GossipMethods;
import org.estafette.algorithm.peer.gossip.GossipOptions;
import org.estafette.algorithm.peer.relay.Fill;
import org.estafette.algorithm.peer.relay.RelayGrad;
import org.estafette.algorithm.peer.relay.RelaySgd;
import org.estafette.algorithm.train.TrainedRound;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.estafette.testing.PooledEffects;
import org.estafette.topology.MixingMatrix;
import org.estafette.topology.RelayTree;
import org.estafette.topology.Topologies;
import org.estafette.topology.TopologyOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The inner worker of a chain of three, moved by hand. */
class PeerWorkerTest {
  private static final Surroundings CHAIN =
      Surroundings.relay(RelayTree.of(Topologies.named("chain", 3, TopologyOptions.defaults()), 0));

  private final VectorPool pool = VectorPool.unbounded("test", Precision.FLOAT64, 2);
  private final PooledEffects effects = new PooledEffects(pool);
  private final List<PeerWorker> workers = new ArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    effects.close();
    workers.forEach(PeerWorker::close);
    assertThat(pool.outstanding()).as("leases that were not given back").isZero();
  }

  private PeerWorker worker(PeerPlan plan) {
    PeerWorker w =
        PeerWorker.starting(
            plan, CHAIN, new RelaySgd(Fill.HOLD, 2, Precision.FLOAT64), Float64Vector.zeros(2));
    workers.add(w);
    return w;
  }

  private PeerWorker started(PeerPlan plan) {
    PeerWorker w = worker(plan);
    w.on(new Event.Started(view(1, 0, 1, 2), 0), effects);
    return w;
  }

  private static View view(long epoch, Integer... slots) {
    TreeSet<PeerId> live = new TreeSet<>();
    List.of(slots).forEach(s -> live.add(PeerId.worker(s)));
    return new View(PeerId.worker(1), 1, epoch, live);
  }

  private void train(PeerWorker w, double delta) {
    Lease lease = pool.lease();
    lease.vector().fill(delta);
    w.on(
        new Event.RoundTrained(w.round() + 1, new TrainedRound(1, 1, 0, 0, 0.1), 1, lease, 1),
        effects);
  }

  private NeighbourModel model(int slot, int life, long epoch, long round, double value) {
    Lease lease = pool.lease();
    lease.vector().fill(value);
    return new NeighbourModel(
        new Header(1, PeerId.worker(slot), life, round, epoch, round, round), Passage.MODEL, lease);
  }

  private void hear(PeerWorker w, NeighbourModel message) {
    w.on(new Event.Received(message, 1), effects);
  }

  private Refusal lastRefusal() {
    return effects.decisions(Decision.Refused.class).getLast().reason();
  }

  @Test
  void shouldAverageWhenEachNeighboursMessageIsThere() {
    PeerWorker w = started(PeerPlan.of(1, 4, 10));
    train(w, -3);
    hear(w, model(0, 1, 1, 1, 6));
    assertThat(w.round()).isZero();
    hear(w, model(2, 1, 1, 1, 9));
    assertThat(w.round()).isEqualTo(1);
    assertThat(w.parameters().get(0)).isEqualTo(6);
    Decision.Mixed mixed = effects.decisions(Decision.Mixed.class).getLast();
    assertThat(mixed.fresh()).isEqualTo(2);
    assertThat(mixed.held()).isZero();
    assertThat(mixed.mass()).isEqualTo(3);
    assertThat(mixed.spread()).isEqualTo(Math.sqrt((2 * 9 + 2 * 36) / 2.0));
    assertThat(effects.trained).containsExactly(1L, 2L);
  }

  @Test
  void shouldCountWhatCameForRoundsThatItDoesNotTake() {
    PeerWorker w = started(PeerPlan.of(1, 1, 1));
    hear(w, model(0, 1, 1, 1, 0));
    hear(w, model(0, 1, 1, 2, 0));
    train(w, 0);
    hear(w, model(2, 1, 1, 1, 0));
    assertThat(w.finished()).isTrue();
    assertThat(effects.decisions(Decision.Refused.class)).hasSize(1);
    assertThat(lastRefusal()).isEqualTo(Refusal.RUN_OVER);
  }

  @Test
  void shouldCountWhatWaitsWhenTheOthersGoOnWithoutIt() {
    PeerWorker w = started(PeerPlan.of(1, 1, 10));
    hear(w, model(0, 1, 1, 1, 0));
    w.on(new Event.PeersChanged(view(2, 0, 2), 1), effects);
    assertThat(effects.decisions(Decision.Refused.class)).hasSize(1);
    assertThat(lastRefusal()).isEqualTo(Refusal.OLD_EPOCH);
  }

  @Test
  void shouldNotUseTheFirstWordOfANewLifeInALaterRound() {
    PeerWorker w = overlapped(PeerPlan.of(1, 1, 10).withPatience(5));
    w.on(new Event.Started(view(1, 0, 1, 2), 0), effects);
    for (int round = 0; round < 3; round++) {
      train(w, 0);
      w.on(new Event.TimerFired("neighbours", 6), effects);
    }
    assertThat(w.round()).isEqualTo(3);
    hear(w, model(0, 1, 1, 1, 70));
    assertThat(lastRefusal()).isEqualTo(Refusal.ROUND_OVER);
    train(w, 0);
    w.on(new Event.TimerFired("neighbours", 9), effects);
    assertThat(w.parameters().get(0)).as("nobody's message of this round was there").isEqualTo(7);
  }

  @Test
  void shouldGreetWithItsParametersAfterARestart() {
    PeerPlan plan = PeerPlan.of(1, 1, 10).withPace(Pace.OVERLAPPED);
    PeerWorker saved = overlapped(plan);
    saved.on(new Event.Started(view(1, 0, 1, 2), 0), effects);
    PeerWorker restored = overlapped(plan);
    restored.restore(saved.state());
    restored.on(new Event.Started(view(2, 0, 1, 2), 9), effects);
    NeighbourModel greeting = (NeighbourModel) effects.lastTo(0).message();
    assertThat(greeting.header().epoch()).isEqualTo(2);
    assertThat(greeting.parameters().vector().get(0)).isEqualTo(7);
  }

  private PeerWorker overlapped(PeerPlan plan) {
    Float64Vector x = Float64Vector.zeros(2);
    x.fill(7);
    PeerWorker w =
        PeerWorker.starting(
            plan,
            Surroundings.gossip(
                Topologies.named("chain", 3, TopologyOptions.defaults()),
                MixingMatrix::metropolisHastings),
            GossipMethods.make(new GossipOptions.Dp(true), 2, Precision.FLOAT64),
            x);
    workers.add(w);
    return w;
  }

  @Test
  void shouldKeepAMessageOfTheRoundToCome() {
    PeerWorker w = started(PeerPlan.of(1, 1, 10));
    hear(w, model(0, 1, 1, 1, 0));
    hear(w, model(0, 1, 1, 2, 0));
    train(w, 0);
    hear(w, model(2, 1, 1, 1, 0));
    assertThat(w.round()).isEqualTo(1);
    train(w, 0);
    hear(w, model(2, 1, 1, 2, 0));
    assertThat(w.round()).isEqualTo(2);
  }

  @Test
  void shouldGoOnWithWhatItHoldsWhenItsPatienceEndsAndTakeALateMessage() {
    PeerWorker w = started(PeerPlan.of(1, 1, 10).withPatience(5));
    train(w, 0);
    hear(w, model(0, 1, 1, 1, 3));
    assertThat(effects.timers).containsKey("neighbours");
    w.on(new Event.TimerFired("neighbours", 6), effects);
    assertThat(w.round()).isEqualTo(1);
    assertThat(w.parameters().get(0)).as("the own half step fills").isEqualTo(1);
    assertThat(effects.decisions(Decision.Mixed.class).getLast().held()).isEqualTo(1);
    hear(w, model(2, 1, 1, 1, 30));
    train(w, 0);
    hear(w, model(0, 1, 1, 2, 3));
    w.on(new Event.TimerFired("neighbours", 12), effects);
    assertThat(w.parameters().get(0)).as("the late message is held").isEqualTo((1 + 3 + 30) / 3.0);
    hear(w, model(2, 1, 1, 1, 30));
    assertThat(lastRefusal()).isEqualTo(Refusal.DUPLICATE);
  }

  @Test
  void shouldRefuseWhatDoesNotBelongAndChangeNothing() {
    PeerWorker w = started(PeerPlan.of(1, 1, 10));
    train(w, 0);
    NeighbourModel wrongRun = model(0, 1, 1, 1, 1);
    hear(
        w,
        new NeighbourModel(
            new Header(9, PeerId.worker(0), 1, 1, 1, 1, 1), Passage.MODEL, wrongRun.parameters()));
    assertThat(lastRefusal()).isEqualTo(Refusal.WRONG_RUN);
    hear(w, model(7, 1, 1, 1, 1));
    assertThat(lastRefusal()).isEqualTo(Refusal.NOT_A_NEIGHBOUR);
    hear(w, model(0, 1, 0, 1, 1));
    assertThat(lastRefusal()).isEqualTo(Refusal.OLD_EPOCH);
    hear(w, model(0, 1, 1, 1, Double.NaN));
    assertThat(lastRefusal()).isEqualTo(Refusal.NOT_FINITE);
    hear(
        w,
        new NeighbourModel(
            new Header(1, PeerId.worker(0), 1, 1, 1, 1, 1),
            Passage.MODEL,
            Lease.unpooled(Float64Vector.zeros(3))));
    assertThat(lastRefusal()).isEqualTo(Refusal.WRONG_SHAPE);
    hear(w, model(0, 2, 1, 1, 4));
    hear(w, model(0, 2, 1, 1, 5));
    assertThat(lastRefusal()).isEqualTo(Refusal.DUPLICATE);
    hear(w, model(0, 1, 1, 2, 1));
    assertThat(lastRefusal()).isEqualTo(Refusal.OLD_INCARNATION);
    Lease share = pool.lease();
    w.on(
        new Event.Received(
            new NeighbourShare(
                new Header(1, PeerId.worker(2), 1, 1, 1, 1, 1), Passage.MODEL, share),
            1),
        effects);
    assertThat(lastRefusal()).isEqualTo(Refusal.WRONG_SHAPE);
    hear(w, model(2, 1, 1, 1, 2));
    assertThat(w.parameters().get(0)).isEqualTo((4 + 2) / 3.0);
  }

  @Test
  void shouldKeepAMessageOfALaterEpochUntilItHearsOfIt() {
    PeerWorker w = started(PeerPlan.of(1, 1, 10));
    train(w, 0);
    hear(w, model(0, 1, 2, 1, 8));
    hear(w, model(0, 1, 1, 1, 5));
    w.on(new Event.PeersChanged(view(2, 0, 1), 2), effects);
    assertThat(lastRefusal()).as("what waited for the old graph").isEqualTo(Refusal.OLD_EPOCH);
    assertThat(w.round()).as("exchanged again, without the one who is gone").isEqualTo(1);
    assertThat(w.parameters().get(0)).isEqualTo(4);
    assertThat(effects.decisions(Decision.Rewired.class).getLast().neighbours())
        .containsExactly(PeerId.worker(0));
  }

  @Test
  void shouldAnswerWhoAsksForParameters() {
    PeerWorker w = started(PeerPlan.of(1, 1, 10));
    w.on(
        new Event.Received(new Pull(new Header(1, PeerId.worker(5), 1, 1, 1, 0, 0), Double.NaN), 1),
        effects);
    PooledEffects.Sent sent = effects.lastTo(5);
    assertThat(((NeighbourModel) sent.message()).passage().isAnswer()).isTrue();
  }

  @Test
  void shouldStopWhereTheOthersGoOnWithoutItAndAskForParametersWhenItIsBack() {
    PeerWorker w = started(PeerPlan.of(1, 1, 10));
    w.on(new Event.PeersChanged(view(2, 0, 2), 2), effects);
    train(w, 1);
    assertThat(effects.trained).hasSize(1);
    w.on(new Event.PeersChanged(view(3, 0, 1, 2), 3), effects);
    assertThat(effects.lastTo(0).message()).isInstanceOf(Pull.class);
    w.on(new Event.TimerFired("parameters", 4), effects);
    assertThat(effects.lastTo(2).message()).isInstanceOf(Pull.class);
    Lease x = pool.lease();
    x.vector().fill(2.5);
    w.on(
        new Event.Received(
            new NeighbourModel(
                new Header(1, PeerId.worker(2), 1, 77, 3, 4, 6), Passage.PARAMETERS, x),
            5),
        effects);
    assertThat(w.round()).isEqualTo(6);
    assertThat(w.parameters().get(1)).isEqualTo(2.5);
    assertThat(effects.trained).containsExactly(1L, 7L);
  }

  @Test
  void shouldGoOnFromASavedStateAsIfNothingHadHappened() {
    PeerPlan plan = PeerPlan.of(1, 1, 10);
    PeerWorker w = started(plan);
    train(w, -1);
    hear(w, model(0, 1, 1, 1, 3));
    hear(w, model(2, 1, 1, 1, 5));
    hear(w, model(0, 1, 1, 2, 7));
    assertThat(w.atRest()).isTrue();
    PeerWorker restored = worker(plan);
    restored.restore(w.state());
    restored.on(new Event.Started(view(1, 0, 1, 2), 9), effects);
    for (PeerWorker each : List.of(w, restored)) {
      effects.close();
      train(each, 2);
      assertThatThrownBy(each::state).hasMessageContaining("WAITING");
      hear(each, model(2, 1, 1, 2, 11));
    }
    assertThat(restored.round()).isEqualTo(2);
    assertThat(restored.parameters().get(0)).isEqualTo(w.parameters().get(0));
    assertThat(effects.lastTo(0).message().header().sequence())
        .as("names are not given twice")
        .isEqualTo(2);
    hear(restored, model(2, 1, 1, 2, 11));
    assertThat(lastRefusal()).isEqualTo(Refusal.DUPLICATE);
  }

  @Test
  void shouldChooseTheMailboxThatLosesNothing() {
    PeerPlan rounds = PeerPlan.of(1, 1, 10);
    PeerPlan free = rounds.withPace(Pace.ASYNCHRONOUS);
    try (RelaySgd models = new RelaySgd(Fill.HOLD, 2, Precision.FLOAT64);
        RelayGrad shares = new RelayGrad(2, Precision.FLOAT64)) {
      assertThat(PeerMailboxes.fitting(rounds, models, 8)).isInstanceOf(RelayQueue.class);
      assertThat(PeerMailboxes.fitting(free, models, 8)).isInstanceOf(GossipQueue.class);
      assertThat(PeerMailboxes.fitting(free, shares, 8)).isInstanceOf(FifoQueue.class);
      GossipQueue gossip = new GossipQueue(QueueOptions.of(8, 1));
      assertThatThrownBy(() -> PeerMailboxes.check(gossip, free, shares))
          .hasMessageContaining("counts exactly once");
      assertThatThrownBy(() -> PeerMailboxes.check(gossip, rounds, models))
          .hasMessageContaining("supersede");
      PeerMailboxes.check(gossip, free, models);
    }
  }
}
