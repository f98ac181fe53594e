package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.estafette.actor.run.TinyRuns;
import org.estafette.actor.run.Workshop;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Effects;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Pull;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.View;
import org.estafette.algorithm.server.Server;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of a later epoch, made as a node makes it, against pushes of an earlier one. */
final class FencingTest {
  private final List<Decision> decisions = new ArrayList<>();

  @Test
  void shouldRefusePushesOfAnOldEpoch(@TempDir Path dir) throws Exception {
    try (Workshop workshop = TinyRuns.workshop(TinyRuns.text(dir));
        Server server = workshop.newServer(7, workshop.initialParameters())) {
      VectorPool pool = VectorPool.unbounded("test", Precision.FLOAT32, workshop.layout().length());
      Effects effects = new Recorder(pool);
      server.on(new Event.Started(new View(PeerId.SERVER, 1, 2, new TreeSet<>()), 0), effects);
      server.on(new Event.Received(new Pull(header(1, 2), 1), 0), effects);
      double before = server.parameters().get(0);
      server.on(new Event.Received(push(pool, header(2, 1)), 1), effects);
      assertThat(decisions)
          .anyMatch(d -> d instanceof Decision.Refused r && r.reason() == Refusal.OLD_EPOCH)
          .noneMatch(d -> d instanceof Decision.Applied);
      assertThat(server.version()).isZero();
      assertThat(server.parameters().get(0)).isEqualTo(before);
      server.on(new Event.Received(push(pool, header(3, 2)), 2), effects);
      assertThat(server.version()).isEqualTo(1);
      server.close();
      assertThat(pool.outstanding()).isZero();
    }
  }

  private static Header header(long sequence, long epoch) {
    return new Header(7, PeerId.worker(0), 1, sequence, epoch, 0, 1);
  }

  private static PseudoGradient push(VectorPool pool, Header header) {
    Lease delta = pool.lease();
    delta.vector().fill(1);
    return new PseudoGradient(header, delta, new RoundReport(5, 160, 1, 5, 0));
  }

  private final class Recorder implements Effects {
    private final VectorPool pool;

    Recorder(VectorPool pool) {
      this.pool = pool;
    }

    @Override
    public void send(PeerId to, Message message) {
      if (message instanceof Update update) {
        update.discard();
      }
    }

    @Override
    public void load(FlatVector parameters) {}

    @Override
    public void train(long round, TrainOrder order) {}

    @Override
    public Lease lease() {
      return pool.lease();
    }

    @Override
    public void setTimer(String timer, double seconds) {}

    @Override
    public void cancelTimer(String timer) {}

    @Override
    public void decided(Decision decision) {
      decisions.add(decision);
    }
  }
}
