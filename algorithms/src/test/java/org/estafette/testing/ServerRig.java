package org.estafette.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.View;
import org.estafette.algorithm.outer.StalenessPolicy;
import org.estafette.algorithm.pace.GraceWindow;
import org.estafette.algorithm.pace.LocalSteps;
import org.estafette.algorithm.pace.ShardChoice;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.server.ServerPlan;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;

/** A server between honest workers that a test moves by hand; no lease may be left at its end. */
public final class ServerRig implements AutoCloseable {
  public static final int DIMENSION = 3;
  public static final long RUN = 7;

  public final VectorPool pool = VectorPool.unbounded("test", Precision.FLOAT64, DIMENSION);
  public final PooledEffects effects = new PooledEffects(pool);
  public final Server server;
  public long epoch = 1;
  public double now;

  public ServerRig(Server server) {
    this.server = server;
  }

  /** What plans have in common: ten local steps, four shards. */
  public static ServerPlan plan(long budget) {
    return plan(
        budget, new StalenessPolicy.Constant(), 0, new LocalSteps.Fixed(10), GraceWindow.NONE);
  }

  public static ServerPlan plan(
      long budget, StalenessPolicy staleness, double lambda, LocalSteps steps, GraceWindow grace) {
    return new ServerPlan(
        RUN,
        1,
        staleness,
        lambda,
        steps,
        grace,
        new ShardChoice.Own(),
        new long[] {1, 1, 1, 1},
        budget,
        ServerPlan.ScheduleScope.SHARD,
        5);
  }

  public ServerRig start(int workers) {
    server.on(new Event.Started(new View(PeerId.SERVER, 1, epoch, new TreeSet<>()), now), effects);
    for (int slot = 0; slot < workers; slot++) {
      pull(slot, 1);
    }
    return this;
  }

  public Header header(int slot, int incarnation, long sequence, long version, long round) {
    return new Header(RUN, PeerId.worker(slot), incarnation, sequence, epoch, version, round);
  }

  public void give(Message message) {
    server.on(new Event.Received(message, now), effects);
  }

  public void pull(int slot, long sequence) {
    give(new Pull(header(slot, 1, sequence, 0, 0), Double.NaN));
  }

  /** What an honest worker pushes after its last answer. */
  public PseudoGradient push(int slot, long sequence, double value) {
    var model = effects.lastTo(slot).model();
    int steps = model.assignment() == null ? 1 : model.assignment().order().steps();
    return push(
        header(slot, 1, sequence, model.header().version(), model.header().round()), steps, value);
  }

  public PseudoGradient push(Header header, int steps, double value) {
    Lease lease = pool.lease();
    lease.vector().fill(value);
    return new PseudoGradient(
        header, lease, new RoundReport(steps, 100L * steps, steps * 0.5, 1.5, 0));
  }

  public void live(Integer... slots) {
    TreeSet<PeerId> live =
        Arrays.stream(slots).map(PeerId::worker).collect(Collectors.toCollection(TreeSet::new));
    server.on(new Event.PeersChanged(new View(PeerId.SERVER, 1, epoch, live), now), effects);
  }

  public void timer(String name) {
    server.on(new Event.TimerFired(name, now), effects);
  }

  public double[] parameters() {
    return numbers(server.parameters());
  }

  public static double[] numbers(FlatVector v) {
    return IntStream.range(0, (int) v.length()).mapToDouble(v::get).toArray();
  }

  @Override
  public void close() {
    effects.close();
    server.close();
    assertThat(pool.outstanding()).as("leases that were not given back").isZero();
  }
}
