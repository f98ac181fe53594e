package org.estafette.actor.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.history.Violation;
import org.estafette.history.Violation.Promise;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Histories of several processes that are killed, torn, tampered with, or whole. */
class RunHistoryTest {
  private static final RoundReport REPORT = new RoundReport(1, 1, 1, 0, 0);

  @TempDir Path dir;

  private HistoryRecorder process(String who) throws IOException {
    return new HistoryRecorder(dir.resolve("history"), who, 7, true, false);
  }

  private static PseudoGradient push(int slot, long sequence) {
    Float64Vector delta = Float64Vector.of(slot, sequence);
    return new PseudoGradient(header(slot, sequence, 1), Lease.unpooled(delta), REPORT);
  }

  private static Header header(int slot, long sequence, long epoch) {
    return new Header(7, PeerId.worker(slot), 1, sequence, epoch, 0, sequence);
  }

  private static void applies(HistoryRecorder server, PseudoGradient push, long version) {
    server.received(1, push);
    server.turn();
    server.decided(1, applied(push.header(), version));
  }

  private static Decision applied(Header h, long version) {
    return new Decision.Applied(h, REPORT, 0, 1, version, false);
  }

  private RunHistory.Verdict check() throws IOException {
    return RunHistory.read(List.of(dir)).check();
  }

  private List<Promise> broken() throws IOException {
    return check().violations().stream().map(Violation::promise).distinct().toList();
  }

  private Path file(String who) throws IOException {
    try (Stream<Path> files = Files.list(dir.resolve("history"))) {
      return files
          .filter(f -> f.getFileName().toString().startsWith(who))
          .findFirst()
          .orElseThrow();
    }
  }

  /** A process that is killed leaves no last line. */
  private void killed(String who) throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(file(who)));
    assertThat(lines.removeLast()).contains("\"end\"");
    Files.writeString(file(who), String.join("\n", lines) + "\n");
  }

  @Test
  void sendersAndServerShouldBeJoinedByNames() throws IOException {
    try (HistoryRecorder server = process("run");
        HistoryRecorder one = process("one");
        HistoryRecorder two = process("two")) {
      server.serving(0, 1, 0);
      one.sent(900, push(0, 1)); // Clocks differ.
      two.sent(-5, push(1, 1));
      applies(server, push(1, 1), 1);
      applies(server, push(0, 1), 2);
      one.sent(901, push(0, 2));
      one.notSent(901, push(0, 2).header(), "the link ended");
      two.sent(0, push(1, 2));
      server.received(2, push(1, 2));
      server.decided(2, new Decision.Refused(push(1, 2).header(), Refusal.TOO_STALE, ""));
      server.serverGone(3);
    }
    RunHistory.Verdict v = check();
    assertThat(v.violations()).isEmpty();
    assertThat(v).extracting("pushes", "applied", "refused", "lost").containsExactly(4, 2, 1, 1);
    assertThat(v.underWay()).isZero();
  }

  @Test
  void aSenderThatWasKilledMayLackItsLastLines() throws IOException {
    try (HistoryRecorder server = process("run");
        HistoryRecorder one = process("one")) {
      server.serving(0, 1, 0);
      one.sent(0, push(0, 1));
      applies(server, push(0, 1), 1);
      applies(server, push(0, 2), 2); // Its file does not have it.
      server.serverGone(3);
    }
    assertThat(broken()).containsExactly(Promise.APPLIED_ONLY_WHAT_CAME, Promise.ACCOUNTED_FOR);
    killed("one");
    RunHistory.Verdict v = check();
    assertThat(v.violations()).isEmpty();
    assertThat(v.inferred()).isEqualTo(1);
    assertThat(v.killed()).isEqualTo(1);
  }

  @Test
  void aPushThatNeverCameShouldBeMissedOnceANewerOneHasCome() throws IOException {
    try (HistoryRecorder server = process("run");
        HistoryRecorder one = process("one")) {
      server.serving(0, 1, 0);
      for (int i = 1; i <= 3; i++) {
        one.sent(i, push(0, i));
      }
      applies(server, push(0, 1), 1);
      applies(server, push(0, 3), 2);
      one.sent(4, push(0, 4)); // Under way at the end.
      server.serverGone(3);
    }
    RunHistory.Verdict v = check();
    assertThat(v.violations())
        .singleElement()
        .satisfies(x -> {
          assertThat(x.promise()).isEqualTo(Promise.ACCOUNTED_FOR);
          assertThat(x.detail()).contains("worker-0.1#2");
        });
    assertThat(v.underWay()).isEqualTo(1);
  }

  @Test
  void aServerThatWasKilledShouldBeFollowedByTheNextEpoch() throws IOException {
    try (HistoryRecorder first = process("first");
        HistoryRecorder second = process("second");
        HistoryRecorder one = process("one")) {
      for (int i = 1; i <= 3; i++) {
        one.sent(i, push(0, i));
      }
      first.serving(0, 1, 0);
      applies(first, push(0, 1), 1);
      applies(first, push(0, 2), 2);
      first.received(3, push(0, 3)); // And then it is killed.
      second.serving(0, 2, 1);
      one.sent(4, push(0, 3)); // Asked again.
      second.received(1, push(0, 3));
      second.decided(1, applied(header(0, 3, 2), 2));
      second.serverGone(9);
    }
    List<String> lines = new ArrayList<>(Files.readAllLines(file("first")));
    lines.removeLast();
    lines.removeLast(); // "came when the run was over" is the word of one that was not killed.
    Files.writeString(file("first"), String.join("\n", lines) + "\n");
    RunHistory.Verdict v = check();
    assertThat(v.violations()).isEmpty();
    assertThat(v.servers()).isEqualTo(2);
    assertThat(v.lost()).isEqualTo(1);
  }

  @Test
  void brokenPromisesShouldBeNoticed() throws IOException {
    try (HistoryRecorder server = process("run");
        HistoryRecorder one = process("one")) {
      server.serving(0, 1, 0);
      one.sent(0, push(0, 1));
      applies(server, push(0, 1), 1);
      server.decided(1, applied(push(0, 1).header(), 3));
      server.serverGone(2);
    }
    assertThat(broken())
        .containsExactly(
            Promise.APPLIED_AT_MOST_ONCE, Promise.VERSIONS_INCREASE, Promise.ACCOUNTED_FOR);
  }

  @Test
  void aTornLastLineShouldBeLeftOut() throws IOException {
    aWholeHistory();
    killed("one");
    Files.writeString(file("one"), Files.readString(file("one")) + "{\"at\":3,\"fact\":\"se");
    RunHistory.Verdict v = check();
    assertThat(v.violations()).isEmpty();
    assertThat(v.torn()).isEqualTo(1);
  }

  @Test
  void aHistoryThatWasChangedShouldNotBeBelieved() throws IOException {
    aWholeHistory();
    Path file = file("run");
    String whole = Files.readString(file);
    Files.writeString(file, whole.replaceFirst("\"version\":2", "\"version\":3"));
    assertThatThrownBy(this::check)
        .isInstanceOf(DamagedHistoryException.class)
        .hasMessageContaining("line 6")
        .hasMessageContaining("changed");
    List<String> lines = new ArrayList<>(whole.lines().toList());
    lines.remove(4);
    Files.writeString(file, String.join("\n", lines) + "\n");
    assertThatThrownBy(this::check).isInstanceOf(DamagedHistoryException.class);
    Files.writeString(file, whole.replaceFirst("\\{\"at\"", "?"));
    assertThatThrownBy(this::check).hasMessageContaining("no JSON");
    Files.writeString(file, whole);
    assertThat(check().violations()).isEmpty();
  }

  private void aWholeHistory() throws IOException {
    try (HistoryRecorder server = process("run");
        HistoryRecorder one = process("one")) {
      server.serving(0, 1, 0);
      one.sent(0, push(0, 1));
      one.sent(1, push(0, 2));
      applies(server, push(0, 1), 1);
      applies(server, push(0, 2), 2);
      server.serverGone(2);
    }
  }

  @Test
  void aFolderWithoutAHistoryShouldBeAnError() throws IOException {
    Files.createDirectories(dir.resolve("history"));
    assertThatThrownBy(this::check).hasMessageContaining("history.record");
  }
}
