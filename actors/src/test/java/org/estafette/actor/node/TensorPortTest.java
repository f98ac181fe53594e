package org.estafette.actor.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.wire.PushPacking;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.Update;
import org.estafette.memory.Lease;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may send what to whom; through shared memory, from a port to itself. */
@Timeout(30)
final class TensorPortTest {
  private static final long RUN = System.nanoTime();
  private static final PeerId ALICE = PeerId.worker(0);
  private static final PeerId BOB = PeerId.worker(1);

  private final TensorPort port =
      new TensorPort(
          ChannelSettings.own(
              ConfigReader.read(null, java.util.Map.of("channel.term", "512KiB")), RUN, "port"),
          new PushPacking(100, 32),
          8,
          lost -> {});
  private final Queue<Update> toBob = new ConcurrentLinkedQueue<>();
  private final Queue<Update> toServer = new ConcurrentLinkedQueue<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();

  TensorPortTest() {
    port.register(BOB, toBob::add);
    port.register(PeerId.SERVER, toServer::add);
  }

  @AfterEach
  void close() {
    toBob.forEach(Update::discard);
    toServer.forEach(Update::discard);
    port.close();
    assertThat(port.onLoan()).isZero();
    assertThat(failures).isEmpty();
  }

  private static Header header(PeerId sender, long sequence) {
    return new Header(RUN, sender, 1, sequence, 3, 4, 5);
  }

  private Lease filled(double value) {
    Lease lease = port.lease();
    lease.vector().fill(value);
    return lease;
  }

  private void send(PeerId to, Update update) {
    port.send(port.endpoint(), to, update, failures::add);
  }

  @Test
  void shouldCarryModelsAndSharesFromWorkerToWorkerAndModelsToTheRegistrar() {
    send(BOB, new NeighbourModel(header(ALICE, 1), new Passage(2, 1, 3.5), filled(0.25)));
    send(BOB, new NeighbourShare(header(ALICE, 2), Passage.MODEL, filled(0.5)));
    send(PeerId.SERVER, new NeighbourModel(header(BOB, 1), Passage.MODEL, filled(0.75)));
    await().until(() -> toBob.size() == 2 && toServer.size() == 1);
    assertThat(toBob.peek())
        .isInstanceOfSatisfying(
            NeighbourModel.class,
            m -> {
              assertThat(m.header()).isEqualTo(header(ALICE, 1));
              assertThat(m.passage()).isEqualTo(new Passage(2, 1, 3.5));
              assertThat(m.parameters().vector().get(99)).isEqualTo(0.25);
            });
    assertThat(port.unreadable()).isZero();
  }

  @Test
  void shouldDropWhatTheAddresseeCannotBeSent() {
    RoundReport report = new RoundReport(1, 1, 1, 1, 0);
    send(BOB, new PseudoGradient(header(ALICE, 1), filled(1), report));
    send(PeerId.SERVER, new NeighbourShare(header(ALICE, 2), Passage.MODEL, filled(1)));
    send(BOB, new NeighbourModel(header(PeerId.SERVER, 3), Passage.MODEL, filled(1)));
    send(
        PeerId.SERVER,
        new GlobalModel(header(ALICE, 4), filled(1), 0, new Outcome.Welcome(), null));
    send(PeerId.worker(7), new NeighbourModel(header(ALICE, 5), Passage.MODEL, filled(1)));
    await().until(() -> port.unreadable() == 5);
    assertThat(toBob).isEmpty();
    assertThat(toServer).isEmpty();
  }

  @Test
  void shouldGiveBackWhatComesAfterItsReaderHasEnded() {
    Queue<Update> told = new ConcurrentLinkedQueue<>();
    UpdateSink sink = new UpdateSink(told::add);
    sink.accept(new NeighbourModel(header(ALICE, 1), Passage.MODEL, filled(1)));
    sink.close();
    sink.accept(new NeighbourModel(header(ALICE, 2), Passage.MODEL, filled(1)));
    assertThat(told).hasSize(1);
    told.forEach(Update::discard);
    assertThat(port.onLoan()).isZero();
  }

  @Test
  void aQuantizedPushShouldArriveToTheBitInAQuarterOfTheBytes() {
    try (TensorPort packed =
        new TensorPort(
            ChannelSettings.own(
                ConfigReader.read(null, java.util.Map.of("channel.term", "512KiB")), RUN, "packed"),
            new PushPacking(10_000, 8),
            4,
            lost -> {})) {
      packed.register(PeerId.SERVER, toServer::add);
      RoundReport report = new RoundReport(1, 1, 1, 1, 0);
      Lease onGrid = packed.lease();
      for (int i = 0; i < 10_000; i++) {
        onGrid.vector().set(i, (i % 255 - 127) / 64.0);
      }
      packed.send(
          packed.endpoint(),
          PeerId.SERVER,
          new PseudoGradient(header(ALICE, 1), onGrid, report),
          failures::add);
      await().until(() -> toServer.size() == 1);
      assertThat(packed.stats().bytesSent()).isBetween(10_000L, 11_000L);
      Lease offGrid = packed.lease();
      offGrid.vector().fill(0.1);
      offGrid.vector().set(7, Double.NaN);
      packed.send(
          packed.endpoint(),
          PeerId.SERVER,
          new PseudoGradient(header(ALICE, 2), offGrid, report),
          failures::add);
      await().until(() -> toServer.size() == 2);
      PseudoGradient first = (PseudoGradient) toServer.remove();
      PseudoGradient second = (PseudoGradient) toServer.remove();
      for (int i = 0; i < 10_000; i++) {
        assertThat(first.delta().vector().get(i)).isEqualTo((i % 255 - 127) / 64.0);
      }
      assertThat(second.delta().vector().get(7)).isNaN();
      assertThat(second.delta().vector().get(8)).isEqualTo(0.1f);
      first.discard();
      second.discard();
      assertThat(packed.onLoan()).isZero();
      assertThat(packed.unreadable()).isZero();
    }
  }
}
