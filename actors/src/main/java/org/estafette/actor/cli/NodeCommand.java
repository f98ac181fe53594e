package org.estafette.actor.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.estafette.actor.node.WorkerNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Joins a cluster with this machine. */
@Command(
    name = "node",
    description =
        "Joins a running cluster with workers of this machine. The run's configuration comes from"
            + " there.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  estafette node --join 192.168.1.10:25520 --host 192.168.1.11",
      "  estafette node --join 192.168.1.10:25520 --host 192.168.1.11 --keys keys-b",
      "  estafette node --join 192.168.1.10:25520 --host 192.168.1.11 --workers 2 --data"
          + " /data/book.txt",
    })
final class NodeCommand implements Callable<Integer> {
  @Option(
      names = "--join",
      required = true,
      paramLabel = "HOST:PORT",
      description = "A node of the cluster, as `estafette train` prints it.")
  String join = "";

  @Option(
      names = "--host",
      paramLabel = "H",
      description = "Address of this machine that the others reach. Default: ${DEFAULT-VALUE}.")
  String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port of this node; 0 for a free one. Default: ${DEFAULT-VALUE}.")
  int port;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Workers on this machine. Default: ${DEFAULT-VALUE}.")
  int workers = 1;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Where the run's data lies on this machine, if elsewhere than at the coordinator's.")
  @Nullable Path data;

  @Option(names = "--device", paramLabel = "D", description = "auto, cpu or cuda:N.")
  @Nullable String device;

  @Option(
      names = "--key",
      paramLabel = "NAME",
      description =
          "Names this node's workers for ever; a replacement under the same name takes their"
              + " place.")
  @Nullable String key;

  @Option(
      names = "--keys",
      paramLabel = "DIR",
      description = "This node's keys, made by `estafette keys`; the same as security.keys.")
  @Nullable Path keys;

  @Option(names = "--index", hidden = true)
  int index;

  @Option(names = "--parent", hidden = true)
  @Nullable Long parent;

  @Option(
      names = "--set",
      paramLabel = "key=value",
      description = "Sets a configuration key for this node; may be repeated.")
  List<String> set = List.of();

  @Override
  public Integer call() throws Exception {
    if (parent != null) {
      endWith(parent);
    }
    Map<String, String> overrides = new LinkedHashMap<>(RunOptions.parse(set));
    if (data != null) {
      overrides.put("data.path", RunOptions.quoted(data.toAbsolutePath().normalize()));
    }
    if (device != null) {
      overrides.put("device", RunOptions.quoted(device));
    }
    if (keys != null) {
      overrides.put("security.keys", RunOptions.quoted(keys.toAbsolutePath().normalize()));
    }
    overrides.putIfAbsent("channel.host", RunOptions.quoted(host));
    String name =
        key != null
            ? key
            : host.replaceAll("[^A-Za-z0-9]", "-") + "-" + ProcessHandle.current().pid();
    WorkerNode.Plan plan =
        new WorkerNode.Plan(join, host, port, name, workers, index, overrides, System.out::println);
    try (WorkerNode node = WorkerNode.start(plan)) {
      Interrupts.onFirst(() -> node.result().cancel(false));
      System.out.println("  joining   " + join + " as " + name);
      node.result().get();
      System.out.println("  the run is over");
      return ExitStatus.OK.code();
    } catch (java.util.concurrent.CancellationException e) {
      return ExitStatus.INTERRUPTED.code();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  /** A worker's process must not outlive the one that started it. */
  private static void endWith(long parent) {
    ProcessHandle.of(parent)
        .ifPresentOrElse(
            p -> p.onExit().thenRun(() -> Runtime.getRuntime().halt(ExitStatus.RUN.code())),
            () -> Runtime.getRuntime().halt(ExitStatus.RUN.code()));
  }
}
