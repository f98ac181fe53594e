package org.estafette.actor.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.estafette.actor.cli.operate.Client;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.record.Json;
import org.estafette.algorithm.PeerId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Commands to a running cluster. It obeys where {@code management.writes} is on. */
final class ControlCommands {
  private ControlCommands() {}

  private abstract static class Order implements Callable<Integer> {
    @Mixin Asking asking = new Asking();

    abstract String path();

    String body() {
      return "";
    }

    @Override
    public Integer call() throws Exception {
      try (Client client = asking.client()) {
        String answer = client.post("/estafette/" + path(), body());
        System.out.println(
            asking.json
                ? answer
                : "  " + client.read(answer, JsonNode.class).path("detail").asText());
        return ExitStatus.OK.code();
      }
    }
  }

  /** Pauses. */
  @Command(
      name = "pause",
      description = "Pauses a running cluster: workers keep what they have and take no step.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  estafette pause"})
  static final class Pause extends Order {
    @Override
    String path() {
      return "run/pause";
    }
  }

  /** Goes on. */
  @Command(
      name = "resume",
      description = "Goes on with a paused cluster.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  estafette resume"})
  static final class Resume extends Order {
    @Override
    String path() {
      return "run/resume";
    }
  }

  /** Ends. */
  @Command(
      name = "stop",
      description = "Checkpoints and ends a running cluster, as Ctrl+C does where it was started.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  estafette stop"})
  static final class Stop extends Order {
    @Override
    String path() {
      return "run/stop";
    }
  }

  /** Checkpoints. */
  @Command(
      name = "now",
      description = "Lets a running cluster write a checkpoint, and waits until it is on disk.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  estafette checkpoint now"})
  static final class CheckpointNow extends Order {
    @Override
    String path() {
      return "run/checkpoint";
    }
  }

  /** Changes keys. */
  @Command(
      name = "change",
      description = "Changes keys of the configuration of a running cluster, all or none.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  estafette change checkpoint.every=30s"})
  static final class Change extends Order {
    @Parameters(
        arity = "1..*",
        paramLabel = "key=value",
        description = "Keys relative to estafette, with values in HOCON.")
    List<String> pairs = List.of();

    @Override
    String path() {
      return "run/config";
    }

    @Override
    String body() {
      return json("change", pairs);
    }
  }

  /** Lets a worker out of quarantine. */
  @Command(
      name = "release",
      description = {
        "Lets a worker of a running cluster out of quarantine: its next round counts again.",
        "The cluster obeys where management.writes is on. docs/faults.md says what brings a worker"
            + " in."
      },
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  estafette release worker-3"})
  static final class Release extends Order {
    @Parameters(paramLabel = "WORKER", description = "Its slot, as `estafette workers` shows it.")
    String worker = "";

    @Override
    String path() {
      if (PeerId.named(worker).isEmpty()) {
        throw new ConfigException(
            "release "
                + worker
                + " (expected a worker, as worker-3; `estafette workers` shows them)");
      }
      return "workers/" + worker + "/release";
    }
  }

  /**
   * An object of what was given as {@code key=value}, values in HOCON.
   *
   * @param what they follow, for messages
   */
  static String json(String what, List<String> pairs) {
    Map<String, Object> keys = new TreeMap<>();
    RunOptions.parse(what, pairs).forEach((key, value) -> keys.put(key, value(value)));
    try {
      return Json.LINES.writeValueAsString(keys);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new ConfigException("the keys cannot be written as JSON: " + e.getMessage());
    }
  }

  private static Object value(String hocon) {
    try {
      return com.typesafe.config.ConfigFactory.parseString("v = " + hocon)
          .getValue("v")
          .unwrapped();
    } catch (com.typesafe.config.ConfigException e) {
      return hocon; // Plain text, as with --set.
    }
  }
}
