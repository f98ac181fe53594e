package org.estafette.actor.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.fault.FrameFates;
import org.estafette.actor.history.HistoryRecorder;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Update;
import org.estafette.channel.FrameHeader;
import org.jspecify.annotations.Nullable;

/**
 * What a node writes down of the pushes that go through its port, and of its server: nothing, until
 * it {@linkplain #begin begins}.
 */
final class PortHistory implements FrameFates, AutoCloseable {
  private final DoubleSupplier clock = new RunClock(0);
  private volatile @Nullable HistoryRecorder recorder;

  /**
   * Begins, where the configuration wants a history.
   *
   * @param who names the node among those of the run
   * @param folder for the files of all nodes, where {@code history.folder} names none
   */
  void begin(RunConfig config, long run, String who, @Nullable Path folder) {
    RunConfig.History wanted = config.history();
    if (!wanted.record() || config.withoutServer()) {
      return;
    }
    Path where =
        !wanted.folder().isEmpty()
            ? Path.of(wanted.folder())
            : folder != null
                ? folder
                : Path.of(config.runFolder(), config.name() + "-" + who, "history");
    try {
      recorder = new HistoryRecorder(where, who, run, !config.synchronous(), wanted.vectors());
    } catch (IOException e) {
      throw new ConfigException("the history cannot be written to " + where + ": " + e);
    }
  }

  void sent(PeerId to, Update update) {
    HistoryRecorder r = recorder;
    if (r != null && to.isServer()) {
      r.sent(clock.getAsDouble(), update);
    }
  }

  void notSent(PeerId to, Header header, String why) {
    HistoryRecorder r = recorder;
    if (r != null && to.isServer()) {
      r.notSent(clock.getAsDouble(), header, why);
    }
  }

  @Override
  public void lost(FrameHeader frame, String why) {
    HistoryRecorder r = recorder;
    if (r != null && toServer(frame)) {
      r.notSent(clock.getAsDouble(), header(frame), why);
    }
  }

  @Override
  public void doubled(FrameHeader frame) {
    HistoryRecorder r = recorder;
    if (r != null && toServer(frame)) {
      r.doubled(clock.getAsDouble(), header(frame));
    }
  }

  private static boolean toServer(FrameHeader frame) {
    return frame.destination() == PeerId.SERVER.slot();
  }

  /** As much of a push's header as names it. */
  private static Header header(FrameHeader f) {
    return new Header(
        f.run(), PeerId.worker((int) f.sender()), (int) f.incarnation(), f.sequence(), 0, 0, 0);
  }

  void received(long destination, Update update) {
    HistoryRecorder r = recorder;
    if (r != null && destination == PeerId.SERVER.slot()) {
      r.received(clock.getAsDouble(), update);
    }
  }

  /** A server begins to accept here. */
  void serving(long epoch, long version) {
    HistoryRecorder r = recorder;
    if (r != null) {
      r.serving(clock.getAsDouble(), epoch, version);
    }
  }

  /** The server is about to be told something. */
  void turn() {
    HistoryRecorder r = recorder;
    if (r != null) {
      r.turn();
    }
  }

  /** The server decides. */
  void decided(Decision decision) {
    HistoryRecorder r = recorder;
    if (r != null) {
      r.decided(clock.getAsDouble(), decision);
    }
  }

  /** The server accepts no more. */
  void serverGone() {
    HistoryRecorder r = recorder;
    if (r != null) {
      r.serverGone(clock.getAsDouble());
    }
  }

  @Override
  public void close() {
    HistoryRecorder r = recorder;
    recorder = null;
    if (r != null) {
      r.close();
    }
  }
}
