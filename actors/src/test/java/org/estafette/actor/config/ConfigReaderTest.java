package org.estafette.actor.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigReaderTest {
  private static RunConfig with(String... pairs) {
    Map<String, String> settings = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      settings.put(pairs[i], pairs[i + 1]);
    }
    return ConfigReader.read(null, settings);
  }

  private static RunConfig of(Path dir, String hocon) throws Exception {
    Path file = Files.writeString(dir.resolve("run.conf"), hocon);
    return ConfigReader.read(file, Map.of());
  }

  @ParameterizedTest
  @CsvSource({
    "outer.rte, outer.rate",
    "workers.cuont, workers.count",
    "tokns, tokens",
    "rate.outer.rate, outer.rate",
    "model.gpt.witdh, model.gpt.width",
    "outer.staleness-max, staleness.max",
  })
  void shouldNameTheNearestKnownKeyOfAnUnknownOne(String unknown, String nearest) {
    var thrown = assertThatThrownBy(() -> with(unknown, "1")).isInstanceOf(ConfigException.class);
    if (unknown.equals("rate.outer.rate")) {
      thrown
          .hasMessageContaining("unknown key estafette.rate")
          .hasMessageContaining("did you mean");
    } else if (!unknown.equals("outer.staleness-max")) {
      thrown.hasMessageContaining("unknown key estafette." + unknown);
      thrown
          .hasMessageContaining("did you mean " + nearest + "?")
          .hasMessageContaining("--set " + unknown);
    } else {
      thrown.hasMessageContaining("unknown key estafette.outer.staleness-max");
    }
  }

  @Test
  void shouldNameFileAndLineOfEveryUnknownKey(@TempDir Path dir) {
    assertThatThrownBy(
            () -> of(dir, "estafette {\n  tokens = 5\n  tokns = 6\n  outer { rat = 1 }\n}\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("estafette.tokns")
        .hasMessageContaining("run.conf: 3")
        .hasMessageContaining("estafette.outer.rat")
        .hasMessageContaining("run.conf: 4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "strategy=async,outer.aggregation.rule=median | outer.aggregation.rule | strategy = sync",
        "strategy=relay,outer.aggregation.rule=krum | outer.aggregation.rule | buffered-nesterov",
        "strategy=sync,outer.aggregation.rule=mode | outer.aggregation.rule | one of mean, median",
        "strategy=sync,outer.aggregation.rule=median,outer.averaging=tokens | outer.averaging |"
            + " uniform",
        "strategy=sync,outer.aggregation.rule=median,outer.clip.norm=2 | aggregation.rule | clip is"
            + " on",
        "strategy=sync,outer.aggregation.trim=0.5 | outer.aggregation.trim | < 0.5",
        "outer.clip.median=0 | outer.clip.median | a number > 0",
        "guard.norm-factor=1 | guard.norm-factor | a number > 1, or off",
        "guard.norm-warmup=200 | guard.norm-warmup | 1 … 128",
        "guard.quarantine-after=21 | guard.quarantine-after | 0 … 20",
        "guard.quarantine-within=65 | guard.quarantine-within | 1 … 64",
      })
  void shouldSayWhichRulesAgainstBadPushesDoNotGoTogether(
      String settings, String key, String expected) {
    String[] pairs = settings.strip().split("[=,]");
    assertThatThrownBy(() -> with(pairs))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("estafette.")
        .hasMessageContaining(key.strip())
        .hasMessageContaining(expected.strip());
  }

  @Test
  void shouldReadWhatIsDoneAgainstBadPushes() {
    RunConfig plain = with();
    assertThat(plain.guard()).isEqualTo(new RunConfig.Guard(30, 128, 16, 3, 20, 5, true));
    assertThat(plain.outer().aggregation().mean()).isTrue();
    assertThat(plain.outer().clip().active()).isFalse();
    RunConfig config =
        with(
            "strategy", "async",
            "outer.rule", "fedbuff",
            "outer.aggregation.rule", "multi-krum",
            "outer.aggregation.byzantine", "2",
            "guard.norm-factor", "off");
    assertThat(config.guard().normFactor()).isInfinite();
    assertThat(config.outer().aggregation())
        .isEqualTo(new RunConfig.Aggregation("multi-krum", 0.2, 2, 0));
  }

  @Test
  void shouldRefuseKeysOutsideTheSection(@TempDir Path dir) {
    assertThatThrownBy(() -> of(dir, "tokens = 5\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("unknown key tokens")
        .hasMessageContaining("estafette {");
  }

  @Test
  void shouldSayThatAFileIsNotHocon(@TempDir Path dir) {
    assertThatThrownBy(() -> of(dir, "estafette { tokens = "))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("run.conf is not HOCON");
    assertThatThrownBy(() -> ConfigReader.read(dir.resolve("none.conf"), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none.conf cannot be read");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tokens | many | a whole number",
        "tokens | 0 | a whole number, 1",
        "tokens | null | a whole number",
        "outer.weight | null | a number",
        "outer.rate | 0 | a number > 0",
        "outer.rate | [1] | a number",
        "outer.momentum | 1 | < 1",
        "outer.averaging | mean | one of uniform, tokens",
        "strategy | fast | one of async, sync",
        "local-steps.least | 21 | 1 … 20",
        "local-steps.dynamic | 3 | true or false",
        "staleness.max | -1 | a whole number, 0",
        "workers.speeds | x | a list of numbers",
        "workers.speeds | [1, x] | a list of numbers",
        "workers.speeds | [1, 2] | 0 < speed <= 1",
        "workers.speeds | [1] | as many as workers.count = 2",
        "workers.patience | 0s | a duration > 0",
        "checkpoint.every | 0s | a duration > 0",
        "checkpoint.every | soon | a duration",
        "model.mlp.hidden | 512 | a list of whole numbers",
        "model.mlp.hidden | [0] | each >= 1",
        "model.options | 5 | a section",
        "mailboxes.fifo.capacity | lots | a whole number",
        "mailboxes.fifo.capacity | 0 | a whole number, 1",
        "data.validation | 0 | 0 < validation < 1",
        "data.max-bytes | big | a size",
        "channel.term | 256KiB | 512KiB … 1GiB",
        "channel.term | 100000 | a power of two",
        "channel.mtu | 100 | 1024 … 65504",
        "cluster.port | 70000 | 0 … 65535",
        "simulation.deaths | [{ at = x, slot = 0 }] | a list of { at",
        "simulation.deaths | [{ slot = 0 }] | a list of { at",
        "simulation.deaths | [{ at = 1, slot = 2 }] | 0 … workers.count - 1",
        "name | a b/c | letters, digits",
        "evaluation.every | 0 | 0 < every <= 1",
      })
  void shouldSayKeyValueOriginAndExpectation(String key, String value, String expected) {
    assertThatThrownBy(() -> with("mailbox", "fifo", key, value))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("estafette." + key + " = ")
        .hasMessageContaining("(--set " + key)
        .hasMessageContaining("expected")
        .hasMessageContaining(expected);
  }

  @Test
  void shouldRefuseAValueInPlaceOfASection() {
    assertThatThrownBy(() -> with("outer", "5"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("estafette.outer = 5")
        .hasMessageContaining("section");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/data/a b.txt",
        "/data/with#hash.txt",
        "//server/share",
        "/data//x",
        "C:\\data\\x",
        "a=b",
        "a,b",
        "a,b=c",
        "x, tokens = 5",
        "$HOME/x",
        "${nowhere}",
        "{braces",
        "[bracket",
        "ünïcode/文.txt",
        "quote\"d",
        "a:b",
        "*",
        "-"
      })
  void shouldTakePathsWithSpecialCharactersAsTheyStand(String path) {
    assertThat(with("data.path", path).data().path()).isEqualTo(path);
  }

  @Test
  void shouldTakeQuotedTextNumbersAndListsAsHocon() {
    assertThat(with("data.path", "\"a # b\"").data().path()).isEqualTo("a # b");
    assertThat(with("tokens", "1000").tokens()).isEqualTo(1000);
    assertThat(with("workers.speeds", "[1, 0.5]").workers().speeds()).containsExactly(1.0, 0.5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a..b", ".", "outer.", "a b\"c"})
  void shouldRefuseAKeyThatIsNone(String key) {
    assertThatThrownBy(() -> with(key, "1")).isInstanceOf(ConfigException.class);
  }

  @Test
  void shouldReadWhatItRendered(@TempDir Path dir) throws Exception {
    RunConfig first =
        of(
            dir,
            """
            estafette {
              tokens = 12345, strategy = sync, workers { count = 3, speeds = [1, 0.5, 0.25] }
              data.path = "/tmp/a # b", staleness.max = 7, model.options { answer = 42 }
              simulation.deaths = [{ at = 5, slot = 1 }]
              mailbox = mine, mailboxes.mine { policy = "com.example.Mine", depth = 3 }
            }
            akka.loglevel = "DEBUG"
            """);
    RunConfig again = ConfigReader.parse(ConfigReader.render(first), Map.of(), key -> {});
    assertThat(again).usingRecursiveComparison().ignoringFields("source").isEqualTo(first);
    assertThat(again.source().getString("akka.loglevel")).isEqualTo("DEBUG");
    assertThat(ConfigReader.render(again)).isEqualTo(ConfigReader.render(first));
  }

  @Test
  void shouldResolveAutoValues() {
    RunConfig averaging = with("workers.count", "4");
    assertThat(averaging.outer().period()).isEqualTo(4);
    assertThat(averaging.outer().weight()).isEqualTo(1);
    assertThat(averaging.shards().count()).isEqualTo(4);
    assertThat(averaging.mailboxPeriod()).isEqualTo(4);
    RunConfig each = with("workers.count", "4", "outer.rule", "nesterov");
    assertThat(each.outer().weight()).isEqualTo(0.5);
    assertThat(each.mailboxPeriod()).isEqualTo(1);
    RunConfig sync = with("workers.count", "4", "outer.rule", "nesterov", "strategy", "sync");
    assertThat(sync.outer().weight()).isEqualTo(1);
    assertThat(sync.outer().period()).isEqualTo(1);
    assertThat(with("staleness.max", "3").staleness().max()).hasValue(3);
    assertThat(with().staleness().max()).isEmpty();
  }

  @Test
  void shouldHandTheUsersMailboxSectionOn(@TempDir Path dir) throws Exception {
    RunConfig config =
        of(
            dir,
            "estafette { mailbox = mine, mailboxes.mine { policy = \"com.example.Mine\", depth = 3"
                + " } }");
    assertThat(config.mailbox().policy()).isEqualTo("com.example.Mine");
    assertThat(config.mailbox().capacity()).isEqualTo(1024);
    assertThat(config.mailbox().values()).containsEntry("depth", "3");
    assertThatThrownBy(() -> with("mailbox", "none"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("estafette.mailbox = none")
        .hasMessageContaining("policy");
  }

  @Test
  void overlapShouldBeOffAndForTheAsynchronousServerOnly() {
    assertThat(with().exchange().overlap()).isFalse();
    RunConfig on = with("exchange.overlap", "true");
    assertThat(on.exchange().overlap()).isTrue();
    assertThat(on.strategy()).endsWith(" overlapped");
    for (String strategy : new String[] {"sync", "relay", "gossip"}) {
      assertThatThrownBy(() -> with("exchange.overlap", "true", "strategy", strategy))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("estafette.exchange.overlap")
          .hasMessageContaining("strategy = " + strategy);
    }
  }

  @Test
  void pushesShouldTravelAsTheyAreUnlessFewerBitsAreAskedForWithAServer() {
    assertThat(with().exchange().bits()).isEqualTo(32);
    assertThat(with().strategy()).doesNotContain("bit");
    assertThat(with("exchange.bits", "8").strategy()).endsWith(" 8-bit");
    assertThat(with("exchange.bits", "4", "strategy", "sync").strategy()).endsWith(" 4-bit");
    for (String bits : new String[] {"5", "16", "1", "64"}) {
      assertThatThrownBy(() -> with("exchange.bits", bits))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("estafette.exchange.bits = " + bits);
    }
    for (String strategy : new String[] {"relay", "gossip"}) {
      assertThatThrownBy(() -> with("exchange.bits", "8", "strategy", strategy))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("strategy = " + strategy);
    }
  }
}
