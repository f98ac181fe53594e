package org.estafette.actor.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.estafette.actor.config.ConfigException;
import org.estafette.algorithm.data.Dataset;
import org.estafette.algorithm.data.DatasetProvider;
import org.estafette.algorithm.data.DatasetRequest;
import org.estafette.algorithm.data.MixtureTask;
import org.estafette.algorithm.data.Partition;
import org.estafette.algorithm.outer.LinearOuter;
import org.estafette.algorithm.outer.OuterRule;
import org.estafette.algorithm.outer.Rules;
import org.estafette.algorithm.robust.Aggregation;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.FlatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkshopTest {
  @TempDir Path dir;

  private Workshop with(String... more) throws Exception {
    return TinyRuns.workshop(TinyRuns.text(dir), more);
  }

  /** A dataset of the user's own. */
  public static final class OwnData implements DatasetProvider {
    @Override
    public Dataset open(DatasetRequest request) {
      assertThat(request.integer("rows", 1)).isEqualTo(800);
      return MixtureTask.asyncLocalSgdSmall(request.seed())
          .dataset(request.shards(), Partition.named("iid", 1), request.seed());
    }
  }

  /** An aggregation rule of the user's own. */
  public static final class OwnAggregation implements Aggregation {
    @Override
    public void aggregate(FlatVector into, FlatVector[] deltas, double[] weights, int count) {
      into.copyFrom(deltas[0]);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "strategy=sync,outer.aggregation.rule=median",
        "strategy=sync,outer.aggregation.rule=trimmed-mean",
        "strategy=sync,outer.aggregation.rule=krum",
        "strategy=sync,outer.aggregation.rule=multi-krum,outer.aggregation.keep=2",
        "strategy=sync,outer.aggregation.rule=org.estafette.actor.run.WorkshopTest$OwnAggregation",
        "outer.rule=fedbuff,outer.aggregation.rule=median",
        "outer.rule=buffered-nesterov,outer.aggregation.rule=krum",
        "outer.clip.median=3,outer.clip.norm=5",
        "strategy=sync,outer.clip.median=3",
        "guard.norm-factor=off,guard.quarantine-after=0",
      })
  void shouldLearnWithEachRuleAgainstBadPushes(String settings) throws Exception {
    String[] pairs = ("workers.count=5,tokens=32000," + settings).split("[=,]");
    try (Workshop workshop = with(pairs);
        SimulatedRun run = new SimulatedRun(workshop, new RunMonitor(32000, line -> {}))) {
      run.start();
      run.validate();
      run.run(() -> false, at -> {});
      assertThat(run.server().finished()).isTrue();
      assertThat(run.server().parameters().isFinite()).isTrue();
      run.server().state();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "strategy=sync;workers.count=4;outer.aggregation.rule=krum, workers.count = 4, at least 5",
    "strategy=sync;workers.count=7;outer.aggregation.rule=multi-krum;outer.aggregation.byzantine=3,"
        + " workers.count = 7, at least 9",
    "outer.rule=fedbuff;outer.period=2;outer.aggregation.rule=median, outer.period = 2, at least 3",
  })
  void shouldSayAtTheStartThatARuleNeedsMorePushes(String settings, String seen, String expected) {
    assertThatThrownBy(() -> with(settings.split("[=;]")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("estafette.outer.aggregation.rule")
        .hasMessageContaining(seen)
        .hasMessageContaining(expected);
  }

  /** An outer rule of the user's own. */
  public static final class OwnRule implements OuterRule {
    private final OuterRule same = new Rules.Sgd(0.25);

    @Override
    public org.estafette.kernel.LinearStep step(long counter, double weight) {
      return same.step(counter, weight);
    }

    @Override
    public boolean keepsMomentum() {
      return same.keepsMomentum();
    }

    @Override
    public boolean keepsBuffer() {
      return same.keepsBuffer();
    }

    @Override
    public double displacement(double weight) {
      return same.displacement(weight);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gpt, text",
    "mlp, mixture",
    "logistic, logistic",
    "convnet, images",
    "mlp, images",
    "mlp, org.estafette.actor.run.WorkshopTest$OwnData",
    "org.estafette.actor.run.FailingModel, text"
  })
  void shouldTrainEachKindOfModelOnItsKindOfData(String model, String data) throws Exception {
    try (Workshop workshop =
            with(
                "model.kind",
                model,
                "data.kind",
                data,
                "data.options.rows",
                "800",
                "data.mixture",
                "async-local-sgd-small",
                "data.images.rows",
                "400",
                "data.images.validation-rows",
                "100",
                "model.convnet.channels",
                "[4, 8]",
                "model.convnet.groups",
                "2",
                "model.mlp.hidden",
                "[8]",
                "inner.rate",
                "0.001");
        var trainer = workshop.newTrainer()) {
      trainer.load(workshop.initialParameters());
      var round = trainer.train(new TrainOrder(3, 0, 0, 0, 1), () -> false);
      assertThat(round.steps()).isEqualTo(3);
      assertThat(round.meanLoss()).isFinite().isPositive();
      assertThat(round.tokens()).isEqualTo(3L * workshop.tokensPerStep());
      assertThat(trainer.validate(2)).isFinite();
      assertThat(trainer.score(2).classifies())
          .isEqualTo(List.of("convnet", "mlp", "logistic").contains(model));
      assertThat(workshop.describe()).containsKeys("data", "model", "device", "strategy");
      assertThat(workshop.transformersConfig().isEmpty()).isEqualTo(!model.equals("gpt"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "model.kind, com.example.None, a class on the class path",
    "model.kind, java.lang.String, does not implement org.estafette.actor.run.ModelProvider",
    "model.kind, mlp, needs rows of features",
    "model.kind, convnet, needs images",
    "data.images.classes, 50000, rows=20000",
    "data.kind, com.example.None, a class on the class path",
    "data.kind, java.lang.String, does not implement org.estafette.algorithm.data.DatasetProvider",
    "data.kind, org.estafette.actor.run.WorkshopTest, does not implement",
    "model.gpt.heads, 3, heads",
    "device, gpu7, estafette.device",
  })
  void shouldSayWhatTheConfigurationNamesThatThereIsNot(String key, String value, String message) {
    String kind = key.startsWith("data.images") ? "images" : "text";
    String section = key.replaceFirst("^(model.gpt|data.images).*", "$1");
    assertThatThrownBy(() ->
            with(
                key.equals("data.kind")
                    ? new String[] {key, value}
                    : new String[] {"data.kind", kind, key, value}))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("estafette." + section)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "com.example.None, a class on the class path",
    "java.lang.String, does not implement org.estafette.algorithm.outer.OuterRule",
  })
  void shouldSayWhatIsWrongWithAnOuterRule(String rule, String message) {
    assertThatThrownBy(() -> with("outer.rule", rule))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("estafette.outer.rule = " + rule)
        .hasMessageContaining(message);
  }

  @Test
  void shouldUseTheUsersOwnOuterRule() throws Exception {
    try (Workshop workshop = with("outer.rule", OwnRule.class.getName(), "outer.weight", "1")) {
      assertThat(workshop.gain()).isCloseTo(0.5, within(1e-12));
      assertThat(Algorithms.outer(workshop.config(), 1, org.estafette.memory.Precision.FLOAT64))
          .isInstanceOf(LinearOuter.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "delayed-nesterov, 0.7, 7",
    "nesterov, 0.07, 1.4",
    "heavy-ball, 0.07, 1.4",
    "sgd, 0.5, 1",
    "fedbuff, 0.5, 0.5",
    "buffered-nesterov, 0.7, 7"
  })
  void shouldKnowTheGainOfFourWorkers(String rule, String rate, double gain) throws Exception {
    try (Workshop workshop =
        with(
            "workers.count",
            "4",
            "outer.rule",
            rule,
            "outer.rate",
            rate,
            "outer.momentum",
            "0.9")) {
      assertThat(workshop.gain()).isCloseTo(gain, within(1e-9));
    }
  }

  @Test
  void shouldKeepTheBudgetInSteps() throws Exception {
    try (Workshop workshop = with("tokens", "33")) {
      assertThat(workshop.tokensPerStep()).isEqualTo(32);
      assertThat(workshop.budget()).isEqualTo(2);
      assertThat(List.of(workshop.dataset().shards())).containsExactly(2);
    }
  }
}
