package org.estafette.actor.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.estafette.algorithm.PeerId;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultKind;
import org.estafette.fault.FaultPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class FaultPlanReaderTest {
  private static final PeerId W1 = PeerId.worker(1);

  private static FaultPlan list(String faults) {
    return FaultPlanReader.parse("faults { list = [" + faults + "] }", 4);
  }

  static Stream<Fault> oneOfEachKind() {
    return Stream.of(
        new Fault.Kill(W1, 2.5),
        new Fault.Kill(PeerId.SERVER, Double.POSITIVE_INFINITY),
        new Fault.Freeze(W1, 3),
        new Fault.Slow(W1, 2.5, 3),
        new Fault.Cut(W1, PeerId.SERVER, 3),
        new Fault.Partition(Set.of(W1, PeerId.worker(0)), 3),
        new Fault.Lose(0.125, 3),
        new Fault.Delay(0.5, 3),
        new Fault.Duplicate(0.125, 3),
        new Fault.Reorder(0.125, 0.5, 3),
        new Fault.Corrupt(0.125, 3),
        new Fault.Poison(W1, Fault.Venom.SIGN, 3),
        new Fault.FillDisk(3),
        new Fault.FillShm(3),
        new Fault.KillDriver(W1),
        new Fault.SkewClock(W1, -3600, 3));
  }

  @ParameterizedTest
  @MethodSource("oneOfEachKind")
  void shouldReadWhatItWrites(Fault fault) {
    assertThat(FaultText.parse(FaultText.render(fault))).isEqualTo(fault);
  }

  @Test
  void shouldHaveAnExampleOfEachKindAbove() {
    assertThat(oneOfEachKind().map(FaultKind::of).distinct())
        .containsExactlyInAnyOrder(FaultKind.values());
  }

  @Test
  void shouldReadTimesVersionsAndBothWaysOfACut() {
    FaultPlan plan =
        list(
            """
            { kind = kill, who = worker-1, at-version = 40, downtime = never }
            { kind = cut, from = worker-1, to = server, both = true, at = 1500ms, seconds = 2s }
            """);
    assertThat(plan.versioned())
        .containsExactly(new FaultPlan.AtVersion(40, new Fault.Kill(W1, Double.POSITIVE_INFINITY)));
    assertThat(plan.faults())
        .containsExactly(
            new FaultPlan.Timed(1.5, new Fault.Cut(W1, PeerId.SERVER, 2)),
            new FaultPlan.Timed(1.5, new Fault.Cut(PeerId.SERVER, W1, 2)));
  }

  @Test
  void shouldDrawRandomFaultsFromTheSeed() {
    String random =
        "random { from = 1s, for = 1 minute, mean-between = 2, least = 1, most = 2, kinds = [lose]"
            + " }";
    FaultPlan plan = FaultPlanReader.parse("faults { seed = 5, " + random + " }", 4);
    assertThat(plan.seed()).isEqualTo(5);
    assertThat(plan.faults()).isNotEmpty().allMatch(t -> t.fault() instanceof Fault.Lose);
    assertThat(FaultPlanReader.parse("faults { seed = 6, " + random + " }", 4)).isNotEqualTo(plan);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{kind=kill, who=worker-1, at=1, dwontime=3} | faults.list[0].dwontime | downtime",
        "{kind=lose, probability=0.1, at=1, seconds=1, factor=2} | faults.list[0].factor | did you",
        "{kind=kil, who=worker-1, at=1} | faults.list[0].kind = kil | kill, freeze",
        "{kind=lose, probability=2, at=1, seconds=1} | probability = 2 | 0.0 … 1.0",
        "{kind=lose, probability=0.1, at=1} | faults.list[0].seconds is missing | seconds",
        "{kind=lose, probability=0.1, at=-1, seconds=1} | at = -1 | seconds, 0",
        "{kind=lose, probability=0.1, at=soon, seconds=1} | at = soon | a duration",
        "{kind=fill-disk, seconds=1} | faults.list[0].at is missing | at-version",
        "{kind=fill-disk, seconds=1, at=1, at-version=1} | at = 1 | not both",
        "{kind=fill-disk, seconds=1, at-version=0} | at-version = 0 | whole number, 1",
        "{kind=kill, who=worker-4, at=1} | worker-4 | one of 4 workers",
        "{kind=kill, who=me, at=1} | who = me | server, or worker-0",
        "{kind=poison, who=worker-0, venom=arsenic, at=1, seconds=1} | arsenic | nan, infinite",
        "{kind=cut, from=worker-1, to=worker-1, at=1, seconds=1} | to = worker-1 | another than",
        "{kind=partition, side=[], at=1, seconds=1} | side | a list of participants",
        "5 | faults.list | a list of faults",
      })
  void shouldSayWhatIsWrongWhereAndWhatWasExpected(String faults, String where, String expected) {
    assertThatThrownBy(() -> list(faults))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(where)
        .hasMessageContaining(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fault { list = [] } | unknown key fault | section 'faults",
        "faults { lst = [] } | faults.lst | did you mean list",
        "faults {} | no fault | faults.list, faults.random",
        "faults { random { kinds = [kill] } } | mean-between is missing | seconds",
        "faults { random { kinds = [kull], mean-between = 1 } } | kull | kill, freeze",
        "faults { random { mean-between = 1 } } | kinds is missing | a list of kinds",
        "faults { list = [ | not HOCON | ",
      })
  void shouldRefuseWhatIsNoPlan(String text, String where, String expected) {
    var thrown = assertThatThrownBy(() -> FaultPlanReader.parse(text, 4));
    thrown.isInstanceOf(ConfigException.class).hasMessageContaining(where);
    if (expected != null) {
      thrown.hasMessageContaining(expected);
    }
  }

  @Test
  void shouldNameTheFileThatIsNotThere(@TempDir Path dir) throws Exception {
    assertThatThrownBy(() -> FaultPlanReader.read(dir.resolve("none.conf"), 2))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none.conf");
    Path file = Files.writeString(dir.resolve("p.conf"), "faults { list = [{kind = x, at = 1}] }");
    assertThatThrownBy(() -> FaultPlanReader.read(file, 2))
        .hasMessageContaining("p.conf: 1")
        .hasMessageContaining("one of kill");
  }

  @Test
  void shouldTakeOneFaultForNowLaterOrAVersionAndThePlansThatComeAlongByName() {
    assertThat(FaultPlanReader.one("{\"kind\": \"fill-disk\", \"seconds\": 2}", 7, 2).faults())
        .containsExactly(new FaultPlan.Timed(7, new Fault.FillDisk(2)));
    assertThat(FaultPlanReader.one("kind=fill-disk, seconds=2, at=3", 7, 2).faults())
        .containsExactly(new FaultPlan.Timed(10, new Fault.FillDisk(2)));
    assertThat(FaultPlanReader.one("kind=fill-disk, seconds=2, at-version=3", 7, 2).versioned())
        .containsExactly(new FaultPlan.AtVersion(3, new Fault.FillDisk(2)));
    assertThat(FaultPlanReader.named("{\"plan\": \"lossy\"}")).isEqualTo("lossy");
    assertThat(FaultPlanReader.named("kind=kill")).isEmpty();
    assertThatThrownBy(() -> FaultPlanReader.named("plan=x, kind=kill"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("fault.kind");
  }
}
