package org.estafette.actor.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.data.CorpusReader;
import org.estafette.actor.data.UnreadableDataException;
import org.estafette.actor.security.KeyFolder;
import org.estafette.actor.security.KeyInspection;
import org.estafette.channel.ShmCheck;
import org.estafette.channel.StaleDirectories;
import org.estafette.device.DeviceProvider;
import org.estafette.device.Devices;
import org.estafette.kernel.GemmProvider;
import org.estafette.kernel.GemmProviders;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks whether this machine can run Estafette, and says what to do where it cannot. */
@Command(
    name = "doctor",
    description =
        "Looks whether this machine can run Estafette, and says what to do where it cannot.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  estafette doctor",
      "  estafette doctor conf/shakespeare.conf --port 25520",
      "  estafette doctor --keys keys",
      "  estafette doctor --join 192.168.1.10:25520     why does this machine not get there?"
    })
final class DoctorCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "CONF", description = "Configuration to look at.")
  @Nullable Path conf;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "A port to look at as well; may be repeated.")
  List<Integer> ports = new ArrayList<>();

  @Option(names = "--keys", paramLabel = "DIR", description = "A folder of keys to look at.")
  @Nullable Path keys;

  @Option(
      names = "--join",
      paramLabel = "WHERE",
      description = "A cluster to look at from here, as `node --join` takes it.")
  @Nullable String join;

  @Option(
      names = "--host",
      paramLabel = "H",
      description =
          "Address of this machine that the others reach. Default: the one from which the cluster"
              + " is reached.")
  String host = "auto";

  @Option(
      names = "--set",
      paramLabel = "key=value",
      description = "Sets a configuration key; may be repeated.")
  List<String> set = new ArrayList<>();

  // Sockets, log buffers and checkpoints of a node with a few dozen peers.
  private static final long FEWEST_FILES = 1024;

  private int problems;

  @Override
  public Integer call() {
    Map<String, String> settings = RunOptions.parse(set);
    if (keys != null) {
      settings.put("security.keys", RunOptions.quoted(keys.toAbsolutePath().normalize()));
    }
    RunConfig config = ConfigReader.read(conf, settings);
    jdk();
    flags();
    processors();
    sharedMemory(config);
    ports(config);
    keys(config);
    products();
    gpu();
    data();
    files();
    if (join != null) {
      JoinDoctor.look(join, host, conf, settings, this::say);
    }
    System.out.println(
        problems == 0 ? "all well" : problems + (problems == 1 ? " problem" : " problems"));
    return problems == 0 ? ExitStatus.OK.code() : ExitStatus.UNEXPECTED.code();
  }

  private void say(boolean ok, String what, String found) {
    System.out.printf("  %-4s %-14s %s%n", ok ? "ok" : "BAD", what, found);
    problems += ok ? 0 : 1;
  }

  private void jdk() {
    int feature = Runtime.version().feature();
    say(
        feature == 25,
        "JDK",
        Runtime.version()
            + " at "
            + System.getProperty("java.home")
            + (feature == 25 ? "" : " (expected 25; set ESTAFETTE_JAVA_HOME)"));
  }

  private void flags() {
    boolean vector = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    boolean exported =
        Object.class.getModule().isExported("jdk.internal.misc", getClass().getModule());
    say(
        vector,
        "vector flag",
        vector
            ? "jdk.incubator.vector is there"
            : "missing: add --add-modules=jdk.incubator.vector, or start with ./estafette");
    say(
        exported,
        "Agrona's flag",
        exported
            ? "jdk.internal.misc is exported"
            : "missing: add --add-exports=java.base/jdk.internal.misc=ALL-UNNAMED, or start with"
                + " ./estafette");
  }

  private void processors() {
    say(
        true,
        "processors",
        Runtime.getRuntime().availableProcessors()
            + ", heap at most "
            + (Runtime.getRuntime().maxMemory() >> 20)
            + " MiB");
  }

  private void sharedMemory(RunConfig config) {
    ShmCheck check =
        ShmCheck.of(
            ShmCheck.sharedMemory(),
            Math.max(
                config.channel().shm(),
                ShmCheck.needed(config.workers().count() + 1, config.channel().term())));
    say(
        check.enough(),
        "/dev/shm",
        check.enough()
            ? String.format(
                Locale.ROOT,
                "%,d MiB free, %,d needed",
                check.freeBytes() >> 20,
                check.neededBytes() >> 20)
            : check.message());
    List<Path> stale = StaleDirectories.find();
    if (!stale.isEmpty()) {
      long bytes = stale.stream().mapToLong(StaleDirectories::bytes).sum();
      say(
          true,
          "left over",
          String.format(
              Locale.ROOT,
              "%d of killed nodes in %s, %,d MiB; the next node that starts here removes them",
              stale.size(),
              ShmCheck.sharedMemory(),
              bytes >> 20));
    }
  }

  private void ports(RunConfig config) {
    List<Integer> all = new ArrayList<>(ports);
    if (config.cluster().port() > 0) {
      all.add(config.cluster().port());
    }
    for (int port : all) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getByName(config.cluster().host()), port));
        say(true, "port " + port, "free on " + config.cluster().host());
      } catch (IOException e) {
        say(
            false,
            "port " + port,
            e.getMessage()
                + " on "
                + config.cluster().host()
                + "; choose another: --port N, or 0 for any");
      }
    }
    if (all.isEmpty()) {
      say(true, "ports", "any free one is taken (estafette.cluster.port = 0)");
    }
  }

  private void keys(RunConfig config) {
    if (config.security().keys().isEmpty()) {
      say(true, "keys", "none (security.keys): nodes trust their network");
      return;
    }
    KeyInspection found = KeyFolder.inspect(Path.of(config.security().keys()));
    found.problems().forEach(problem -> say(false, "keys", problem));
    found
        .warnings()
        .forEach(warning -> System.out.printf("  %-4s %-14s %s%n", "note", "keys", warning));
    if (found.problems().isEmpty()) {
      found
          .certificates()
          .forEach(c ->
              say(
                  true,
                  "keys",
                  found.folder().resolve(c.file())
                      + ": "
                      + c.subject()
                      + ", valid until "
                      + c.until()));
    }
  }

  private void products() {
    for (GemmProvider p : GemmProviders.all()) {
      say(p.available() || !p.name().equals("java"), p.name(), p.reason());
    }
  }

  /** What is missing for a GPU is no problem: training runs on the CPU then. */
  private void gpu() {
    for (DeviceProvider provider : Devices.providers()) {
      for (DeviceProvider.Finding f : provider.findings()) {
        System.out.printf("  %-4s %-14s %s%n", f.there() ? "ok" : "note", f.what(), f.found());
      }
    }
    say(true, "device", Devices.autoReason());
  }

  private void data() {
    try {
      say(true, "JDK sources", CorpusReader.jdkSources().toString());
    } catch (UnreadableDataException e) {
      System.out.printf("  %-4s %-14s %s%n", "note", "JDK sources", e.getMessage());
    }
  }

  private void files() {
    long limit = openFiles();
    if (limit >= 0) {
      say(
          limit >= FEWEST_FILES,
          "open files",
          limit >= FEWEST_FILES
              ? "at most " + limit
              : "at most "
                  + limit
                  + " (expected >= "
                  + FEWEST_FILES
                  + "): ulimit -n 4096, or LimitNOFILE= of the service");
    }
  }

  /** The soft limit; -1 where the system does not say. */
  private static long openFiles() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
        if (line.startsWith("Max open files")) {
          String soft = line.substring(14).strip().split("\\s+")[0];
          return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
        }
      }
    } catch (IOException e) {
      return -1;
    }
    return -1;
  }
}
