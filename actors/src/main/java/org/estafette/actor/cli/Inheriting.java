package org.estafette.actor.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Optional;
import org.estafette.actor.checkpoint.CheckpointStore;
import org.estafette.actor.checkpoint.Epochs;
import org.estafette.actor.checkpoint.StoredCheckpoint;
import org.estafette.actor.cli.progress.ProgressDisplay;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.node.Behind;
import org.estafette.actor.node.RunHome;
import org.estafette.actor.node.ServerHost;
import org.estafette.actor.record.MetricsLog;
import org.estafette.actor.record.RunFolder;
import org.estafette.actor.record.tensorboard.TensorBoard;
import org.estafette.actor.run.RunCheckpoints;
import org.estafette.actor.run.RunMonitor;
import org.estafette.actor.run.RunTally;
import org.estafette.algorithm.server.ServerState;
import org.jspecify.annotations.Nullable;

/**
 * Takes up a run from its folder when its server begins here: the newest checkpoint that verifies,
 * what the run had counted then, and the metrics, which are gone on with.
 */
final class Inheriting implements ServerHost.Successor, AutoCloseable {
  private final RunFolder folder;
  private final RunConfig config;
  private final String hocon;
  private final RunCheckpoints checkpoints;
  private final boolean plain;
  private final PrintStream out;
  private final long began = System.nanoTime();
  // Written by the server's thread before others hear of it.
  private volatile @Nullable MetricsLog metrics;
  private volatile @Nullable ProgressDisplay display;
  private volatile @Nullable TensorBoard board;
  private volatile @Nullable RunMonitor monitor;

  /**
   * @param hocon the configuration that this process has read
   */
  Inheriting(
      RunFolder folder,
      RunConfig config,
      String hocon,
      RunCheckpoints checkpoints,
      boolean plain,
      PrintStream out) {
    this.folder = folder;
    this.config = config;
    this.hocon = hocon;
    this.checkpoints = checkpoints;
    this.plain = plain;
    this.out = out;
  }

  /** Whether keys of the run were changed since this process has read them. */
  boolean outdated() throws IOException {
    return !Files.readString(folder.config()).equals(hocon);
  }

  /**
   * The summary is written before the node of the last server leaves the cluster. One that is older
   * than that server is of an earlier end: the run was resumed since.
   */
  @Override
  public boolean over() {
    try {
      Optional<FileTime> server = Epochs.claimedAt(folder.checkpoints());
      return Files.exists(folder.summary())
          && server.isPresent()
          && Files.getLastModifiedTime(folder.summary()).compareTo(server.get()) >= 0;
    } catch (IOException e) {
      return false; // What cannot be read is said when it is taken over.
    }
  }

  @Override
  public ServerHost.Inheritance succeed(long epoch) throws IOException {
    if (outdated()) {
      throw new RunFailedException(
          folder.config() + " was changed since this process has read it; another is to go on");
    }
    CheckpointStore.Search search = checkpoints.latest();
    RunCheckpoints.reports(search).forEach(line -> out.println("  " + line));
    StoredCheckpoint from = search.checkpoint();
    ServerState resume = from == null ? null : checkpoints.read(from);
    RunTally tally = from == null ? null : checkpoints.tally(from);
    MetricsLog log = MetricsLog.open(folder.metrics());
    metrics = log;
    ProgressDisplay shown = ProgressDisplay.of(out, plain, config.tokens());
    display = shown;
    TensorBoard curves = Boards.open(config, folder, shown);
    board = curves;
    RunMonitor follows =
        new RunMonitor(
            config.tokens(),
            new OwnLines(
                folder.checkpoints(),
                System::nanoTime,
                curves.after(metric -> TrainCommand.log(log, shown, metric))));
    if (tally != null) {
      follows.before(tally);
    }
    monitor = follows;
    if (epoch > 1) {
      shown.message(
          "  server    epoch "
              + epoch
              + (from == null
                  ? " begins anew: nothing was saved before"
                  : " goes on from " + from.path() + ", version " + from.version()));
    }
    RunHome home =
        from == null
            ? new RunHome(folder.name(), Version.own(), folder::writeConfig)
            : TrainCommand.resumed(folder, from, tally);
    return new ServerHost.Inheritance(
        follows, resume, home, epoch > 1 ? Wake.read(folder.metrics()) : Behind.NOTHING);
  }

  /** When this process began, as {@link System#nanoTime} counts. */
  long began() {
    return began;
  }

  ProgressDisplay display() {
    return Objects.requireNonNull(display, "before the server is here");
  }

  RunMonitor monitor() {
    return Objects.requireNonNull(monitor, "before the server is here");
  }

  @Override
  public void close() throws IOException {
    try (MetricsLog log = metrics;
        ProgressDisplay shown = display;
        TensorBoard curves = board) {
      if (log != null) {
        log.sync();
      }
    }
  }
}
