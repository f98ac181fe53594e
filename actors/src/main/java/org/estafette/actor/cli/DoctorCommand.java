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
import java.util.concurrent.Callable;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.data.CorpusReader;
import org.estafette.actor.data.UnreadableDataException;
import org.estafette.actor.security.KeyFolder;
import org.estafette.actor.security.KeyInspection;
import org.estafette.channel.ShmCheck;
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
      "  estafette doctor --keys keys"
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

  private int problems;

  @Override
  public Integer call() {
    RunConfig config =
        ConfigReader.read(
            conf,
            keys == null
                ? java.util.Map.of()
                : java.util.Map.of(
                    "security.keys", RunOptions.quoted(keys.toAbsolutePath().normalize())));
    jdk();
    flags();
    processors();
    sharedMemory(config);
    ports(config);
    keys(config);
    products();
    gpu();
    data();
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

  private void gpu() {
    boolean driver = Files.exists(Path.of("/dev/nvidiactl"));
    say(
        true,
        "GPU",
        driver
            ? "an NVIDIA GPU is there; this build trains on the CPU"
            : "none found; training runs on the CPU");
  }

  private void data() {
    try {
      say(true, "JDK sources", CorpusReader.jdkSources().toString());
    } catch (UnreadableDataException e) {
      System.out.printf("  %-4s %-14s %s%n", "note", "JDK sources", e.getMessage());
    }
  }
}
