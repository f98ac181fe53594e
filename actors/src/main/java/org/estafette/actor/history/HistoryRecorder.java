package org.estafette.actor.history;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.history.Chronicle;
import org.estafette.history.Digest;
import org.estafette.history.Fact;
import org.estafette.history.PushName;
import org.estafette.memory.FlatVector;

/**
 * Writes down what one process sees of a run's pushes: those that its workers send, and where the
 * server is in it, what comes and what is decided. Any thread may call it.
 */
public final class HistoryRecorder implements Chronicle, AutoCloseable {
  private static final String NOT_SENT = "not sent: ";

  private final HistoryFile file;
  private final boolean vectors;
  private final Map<PushName, Integer> undecided = new LinkedHashMap<>();
  private long turn;
  private double last;

  /**
   * Begins the file of this process.
   *
   * @param folder for the files of all processes
   * @param who names the process among those of the run
   * @param run number of the run
   * @param oneByOne whether each push makes a version of its own
   * @param vectors whether the numbers of each push are written too
   * @throws IOException where the file cannot be made
   */
  public HistoryRecorder(Path folder, String who, long run, boolean oneByOne, boolean vectors)
      throws IOException {
    long pid = ProcessHandle.current().pid();
    String name = who.replaceAll("[^A-Za-z0-9._-]+", "-") + "-" + pid + "-" + System.nanoTime();
    ObjectNode first =
        FactLine.JSON
            .createObjectNode()
            .put("process", who)
            .put("pid", pid)
            .put("run", run)
            .put("one_by_one", oneByOne);
    this.file = new HistoryFile(folder.resolve(name + ".jsonl"), first);
    this.vectors = vectors;
  }

  /** Where it is written. */
  public Path path() {
    return file.path();
  }

  private void tell(Fact fact) {
    file.add(FactLine.write(fact));
  }

  @Override
  public void sent(double at, Message message) {
    if (message instanceof PseudoGradient push) {
      FlatVector delta = push.delta().vector();
      Header h = push.header();
      ObjectNode line =
          FactLine.write(new Fact.Sent(at, PushName.of(h), h.version(), Digest.of(delta)));
      if (vectors) {
        line.put("vector", Base64.getEncoder().encodeToString(bytes(delta)));
      }
      file.add(line);
    }
  }

  private static byte[] bytes(FlatVector v) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(Float.BYTES * v.length()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < v.length(); i++) {
      bytes.putFloat((float) v.get(i));
    }
    return bytes.array();
  }

  @Override
  public void lost(double at, Message message, String why) {
    switch (message) {
      case PseudoGradient p -> tell(new Fact.Lost(at, PushName.of(p.header()), why));
      case MergedPush m ->
          m.members().forEach(p -> tell(new Fact.Lost(at, PushName.of(p.header()), why)));
      default -> {}
    }
  }

  /** A push did not leave; its vector is gone already. */
  public void notSent(double at, Header push, String why) {
    tell(new Fact.Lost(at, PushName.of(push), NOT_SENT + why));
  }

  /** The network makes a second one of a push that was sent here. */
  public void doubled(double at, Header push) {
    tell(new Fact.Doubled(at, PushName.of(push)));
  }

  /** Whether a fact is such a one: its sender's, and not the server's. */
  static boolean notSent(Fact fact) {
    return fact instanceof Fact.Lost lost && lost.why().startsWith(NOT_SENT);
  }

  @Override
  public void received(double at, Message message) {
    if (message instanceof PseudoGradient push) {
      PushName name = PushName.of(push.header());
      Fact fact = new Fact.Received(at, name, Digest.of(push.delta().vector()));
      synchronized (this) {
        undecided.merge(name, 1, Integer::sum);
        last = at;
        tell(fact);
      }
    }
  }

  @Override
  public synchronized void turn() {
    turn++;
  }

  @Override
  public synchronized void decided(double at, Decision decision) {
    last = at;
    switch (decision) {
      case Decision.Applied a -> {
        Header h = a.header();
        decided(PushName.of(h));
        tell(new Fact.Applied(at, PushName.of(h), h.epoch(), a.version(), a.weight(), turn));
      }
      case Decision.Refused r -> {
        decided(PushName.of(r.header()));
        tell(new Fact.Refused(at, PushName.of(r.header()), r.reason()));
      }
      default -> {}
    }
  }

  private void decided(PushName name) {
    undecided.computeIfPresent(name, (n, copies) -> copies == 1 ? null : copies - 1);
  }

  @Override
  public synchronized void serving(double at, long epoch, long version) {
    tell(new Fact.Serving(at, epoch, version));
  }

  @Override
  public synchronized void serverGone(double at) {
    last = at;
    loseUndecided("gone with the server");
    tell(new Fact.ServerGone(at));
  }

  private void loseUndecided(String why) {
    undecided.forEach((name, copies) -> {
      for (int i = 0; i < copies; i++) {
        tell(new Fact.Lost(last, name, why));
      }
    });
    undecided.clear();
  }

  /** Ends the file: this process will see nothing more of the run. */
  @Override
  public void close() {
    synchronized (this) {
      loseUndecided("came when the run was over");
    }
    file.close();
  }
}
