package org.estafette.actor.soak;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.estafette.actor.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Breaks a real run of processes for some minutes and gives the verdict: it must end well, its
 * history must keep the promises, nothing may be left on the machine, and its validation loss must
 * be near that of the same run that nobody disturbed.
 */
public final class ProcessSoak {
  private static final int DEATHS = 2;
  private static final long START_SECONDS = 180;
  private static final long END_SECONDS = 300;

  private final Plan plan;
  private final Consumer<String> message;

  /**
   * What is to be done.
   *
   * @param command this program's own, up to the command line
   * @param config the run's configuration
   * @param folder new folder for both runs and what they print
   * @param minutes how long the faults go on
   * @param meanBetween seconds between two faults
   * @param workers of the run
   * @param seed of the plan
   * @param tolerance by which share the validation loss may differ from the undisturbed run's
   */
  public record Plan(
      List<String> command,
      Path config,
      Path folder,
      double minutes,
      double meanBetween,
      int workers,
      long seed,
      double tolerance) {
    /** Checks the numbers. */
    public Plan {
      command = List.copyOf(command);
      if (!(minutes > 0 && minutes <= 10_000) || !(meanBetween > 0)) {
        throw new ConfigException(
            "minutes="
                + minutes
                + ", mean seconds between faults="
                + meanBetween
                + " (expected 0 < minutes <= 10000, seconds > 0)");
      }
    }
  }

  /**
   * With these words for who waits.
   *
   * @param message takes a line for people
   */
  public ProcessSoak(Plan plan, Consumer<String> message) {
    this.plan = plan;
    this.message = message;
  }

  /** Runs both, and compares. */
  public SoakVerdict run() throws IOException, InterruptedException {
    Path folder = plan.folder().toAbsolutePath();
    Files.createDirectories(folder);
    Path disturbed = folder.resolve("disturbed");
    Leftovers leftovers = Leftovers.before(folder);
    List<String> failures = new ArrayList<>();
    Breaker breaker;
    JsonNode summary = null;
    try (Asker asker = new Asker(disturbed);
        Launched run =
            new Launched(
                plan.command(), options(null), disturbed, folder.resolve("disturbed.out"))) {
      breaker = new Breaker(run, asker, message);
      if (breaker.awaitProgress(START_SECONDS)) {
        breaker.carryOut(
            new Monkey(plan.seed(), plan.workers(), plan.meanBetween())
                .plan(60 * plan.minutes(), DEATHS));
        summary = finish(run, asker, breaker, failures);
      } else {
        failures.add(
            run.alive()
                ? "the run applied no push within " + START_SECONDS + " s"
                : "the run ended before it applied a push; see " + folder.resolve("disturbed.out"));
      }
    }
    failures.addAll(
        leftovers.now(breaker.seen(), breaker.id()).stream()
            .map(l -> "left behind: " + l)
            .toList());
    deaths(breaker, failures);
    if (summary != null) {
      history(disturbed, failures);
    }
    Double loss = summary == null ? null : loss(summary);
    Double control = summary == null || loss == null ? null : control(folder, summary, failures);
    if (loss != null && control != null && Math.abs(loss - control) > plan.tolerance() * control) {
      failures.add(
          "validation loss %.4f (expected within %.0f %% of the undisturbed run's %.4f)"
              .formatted(loss, 100 * plan.tolerance(), control));
    }
    return SoakVerdict.of(plan, breaker, summary, control, failures);
  }

  private List<String> options(@Nullable Long tokens) {
    List<String> options =
        new ArrayList<>(
            List.of(
                plan.config().toString(),
                "--processes",
                "--workers",
                Integer.toString(plan.workers()),
                "--standby",
                "1",
                "--seed",
                Long.toString(plan.seed()),
                "--set",
                "history.record=" + (tokens == null),
                "--set",
                "faults.enabled=" + (tokens == null)));
    if (tokens != null) {
      options.addAll(List.of("--tokens", Long.toString(tokens)));
    }
    return options;
  }

  /** The budget becomes what is done by now and a little more: the run ends by itself. */
  private @Nullable JsonNode finish(
      Launched run, Asker asker, Breaker breaker, List<String> failures)
      throws IOException, InterruptedException {
    if (!breaker.settle(60)) {
      failures.add("no server within 60 s of the last death");
    }
    Integer status = null;
    long until = System.nanoTime() + END_SECONDS * 1_000_000_000L;
    boolean told = false;
    while (status == null && System.nanoTime() - until < 0) {
      if (!told) {
        told = tell(asker);
      }
      status = run.await(1);
    }
    if (status == null) {
      failures.add("the run did not end within " + END_SECONDS + " s of being told to");
      return null;
    }
    if (status != 0) {
      failures.add("the run ended with status " + status + " (expected 0)");
    }
    try {
      return run.summary();
    } catch (IOException e) {
      failures.add(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private boolean tell(Asker asker) throws InterruptedException {
    JsonNode now = asker.status().orElse(null);
    if (now == null) {
      return false;
    }
    long tokens = now.path("tokens").asLong();
    Asker.Answer answer =
        asker.post(
            "/estafette/run/config",
            "{\"tokens\": " + (tokens + Math.max(20_000, tokens / 50)) + "}");
    message.accept("  the run is to end soon: " + answer.text());
    return answer.done();
  }

  private void deaths(Breaker breaker, List<String> failures) {
    for (int worker = 0; worker < plan.workers(); worker++) {
      int deaths = breaker.workerDeaths().getOrDefault(worker, 0);
      if (deaths < DEATHS) {
        failures.add("worker " + worker + " was killed " + deaths + " times (expected >= 2)");
      }
    }
    if (breaker.serverDeaths() < DEATHS) {
      failures.add("the server was killed " + breaker.serverDeaths() + " times (expected >= 2)");
    }
    if (breaker.recoveries().size() < breaker.serverDeaths()) {
      failures.add(
          "after %d of %d deaths of the server nobody took updates again"
              .formatted(
                  breaker.serverDeaths() - breaker.recoveries().size(), breaker.serverDeaths()));
    }
  }

  private void history(Path run, List<String> failures) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(plan.command());
    command.addAll(List.of("history", "check", run.toString()));
    Path output = run.resolveSibling("history.out");
    int status =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start()
            .waitFor();
    try (var lines = Files.lines(output)) {
      lines.forEach(line -> message.accept("  history   " + line.strip()));
    }
    if (status != 0) {
      failures.add("its history breaks a promise; see " + output);
    }
  }

  private @Nullable Double control(Path folder, JsonNode summary, List<String> failures)
      throws IOException, InterruptedException {
    long tokens = summary.path("tokens").asLong();
    message.accept("  the same without faults, %,d tokens".formatted(tokens));
    Path control = folder.resolve("control");
    try (Launched run =
        new Launched(plan.command(), options(tokens), control, folder.resolve("control.out"))) {
      Integer status = run.await((long) (60 * plan.minutes()) + END_SECONDS);
      if (status == null || status != 0) {
        failures.add(
            "the undisturbed run "
                + (status == null ? "did not end" : "ended with status " + status)
                + "; see "
                + folder.resolve("control.out"));
        return null;
      }
      return loss(run.summary());
    }
  }

  private static @Nullable Double loss(JsonNode summary) {
    JsonNode loss = summary.path("validation_loss");
    return loss.isNumber() ? (Double) loss.asDouble() : null;
  }
}
