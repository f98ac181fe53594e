package org.estafette.actor.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.join.JoinException;
import org.estafette.actor.node.StayingNode;
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
      "  estafette node --join 192.168.1.10:25520",
      "  estafette node --join 192.168.1.10:25520 --workers 2 --data /data/book.txt",
      "  estafette node --join 192.168.1.10:25520 --keys keys-b",
      "  estafette node --join file:/etc/estafette/seeds --stay",
      "  estafette node --join dns:coordinator.example.org:25520 --stay",
      "  estafette node --join 192.168.1.10:25520 --standby /shared/runs/run-1",
    })
final class NodeCommand implements Callable<Integer> {
  @Option(
      names = "--join",
      paramLabel = "WHERE",
      description =
          "The cluster: HOST:PORT[,HOST:PORT...] as `estafette train` prints it, file:PATH,"
              + " dns:NAME[:PORT] or kubernetes:LABEL-SELECTOR. Default: cluster.join.")
  @Nullable String join;

  @Option(
      names = "--stay",
      description =
          "When a run is over or its coordinator gone, wait and join the next one; wait for the"
              + " first one too, however long.")
  boolean stay;

  @Option(
      names = "--host",
      paramLabel = "H",
      description =
          "Address of this machine that the others reach. Default: the one from which the cluster"
              + " is reached.")
  String host = "auto";

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

  @Option(
      names = "--device",
      paramLabel = "D",
      description = "auto, cpu or cuda:N; several: cuda:0,cuda:1 or cuda:*.")
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

  @Option(
      names = "--standby",
      paramLabel = "RUN",
      description =
          "No workers: stands by to go on with the server of the run in this folder, which the"
              + " coordinator's machine and this one share, when the node that has it dies.")
  @Nullable Path standby;

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
    String where = join != null ? join : ConfigReader.read(null, overrides).cluster().join();
    if (where.isEmpty()) {
      throw new ConfigException(
          "no cluster to join (expected --join HOST:PORT, or a setting cluster.join)");
    }
    if (standby != null) {
      return Standing.by(standby, where, host, port, overrides);
    }
    String name = key != null ? key : machine() + "-" + ProcessHandle.current().pid();
    Path log = logTo(name);
    WorkerNode.Plan plan =
        new WorkerNode.Plan(
            where, host, port, name, workers, index, overrides, System.out::println);
    System.out.println("  joining   " + where + " as " + name);
    if (log != null) {
      System.out.println("  log       " + log);
    }
    return stay ? stay(plan) : once(plan);
  }

  private static int once(WorkerNode.Plan plan) throws Exception {
    AtomicBoolean told = new AtomicBoolean();
    Thread starting = Thread.currentThread();
    Interrupts.onFirst(() -> {
      told.set(true);
      starting.interrupt();
    });
    try (WorkerNode node = WorkerNode.start(plan)) {
      Interrupts.onFirst(() -> {
        told.set(true);
        node.leave();
      });
      if (told.get()) {
        node.leave();
      }
      node.result().get();
      System.out.println(told.get() ? "  left the run" : "  the run is over");
      return told.get() ? ExitStatus.INTERRUPTED.code() : ExitStatus.OK.code();
    } catch (JoinException | InterruptedException e) {
      if (told.get()) {
        return ExitStatus.INTERRUPTED.code();
      }
      throw e;
    } catch (ExecutionException e) {
      if (told.get()) {
        return ExitStatus.INTERRUPTED.code();
      }
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static int stay(WorkerNode.Plan plan) throws InterruptedException {
    try (StayingNode node = new StayingNode(plan)) {
      Interrupts.onFirst(node::leave);
      node.run();
      return ExitStatus.INTERRUPTED.code();
    }
  }

  /**
   * Points the log to a file below the current folder, unless {@code -Destafette.log} names one.
   * Must be called before the first logger is made. A node whose folder cannot be written to works
   * without a log.
   */
  private static @Nullable Path logTo(String name) {
    if (System.getProperty("estafette.log") != null) {
      return null;
    }
    Path log = Path.of("logs", "node-" + name.replaceAll("[^A-Za-z0-9._-]", "-") + ".log");
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      try (FileChannel tried =
          FileChannel.open(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        System.setProperty("estafette.log", log.toString());
      }
      return log;
    } catch (IOException e) {
      System.err.println(
          "  no log    "
              + log
              + " cannot be written ("
              + e
              + "); ESTAFETTE_OPTS=-Destafette.log=FILE names another");
      return null;
    }
  }

  private static String machine() {
    try {
      return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9]", "-");
    } catch (UnknownHostException e) {
      return "node";
    }
  }

  /** A worker's process must not outlive the one that started it. */
  static void endWith(long parent) {
    ProcessHandle.of(parent)
        .ifPresentOrElse(
            p -> p.onExit().thenRun(() -> Runtime.getRuntime().halt(ExitStatus.RUN.code())),
            () -> Runtime.getRuntime().halt(ExitStatus.RUN.code()));
  }
}
