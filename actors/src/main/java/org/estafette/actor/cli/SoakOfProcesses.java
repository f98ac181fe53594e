package org.estafette.actor.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.soak.ProcessSoak;
import org.estafette.actor.soak.SoakVerdict;
import org.jspecify.annotations.Nullable;

/** {@code soak --minutes}: a real run is broken, and compared with one that is not. */
final class SoakOfProcesses {
  private static final int WORKERS = 3;
  private static final double TOLERANCE = 0.05;

  private SoakOfProcesses() {}

  static int run(double minutes, double meanBetween, long seed, @Nullable Path wanted, boolean json)
      throws IOException, InterruptedException {
    PrintStream out = json ? System.err : System.out;
    Path config = Path.of(System.getProperty("estafette.home", "."), "conf", "soak.conf");
    if (!Files.isRegularFile(config)) {
      throw new ConfigException(
          config + " is not there (expected in a checkout; soak --minutes runs there)");
    }
    Path folder = folder(wanted);
    List<String> command = ChildJvm.command(folder.resolve("launcher.log"), List.of());
    ProcessSoak.Plan plan =
        new ProcessSoak.Plan(
            command, config, folder, minutes, meanBetween, WORKERS, seed, TOLERANCE);
    out.println("  soak       " + folder + ", seed " + seed);
    SoakVerdict verdict = new ProcessSoak(plan, out::println).run();
    verdict.lines().forEach(out::println);
    String text = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(verdict);
    Files.writeString(folder.resolve("verdict.json"), text + "\n");
    if (json) {
      System.out.println(text);
    }
    if (!verdict.good()) {
      throw new RunFailedException(
          verdict.failures().size()
              + " things were not as they should be, above; `estafette soak --minutes "
              + minutes
              + " --mean-between "
              + meanBetween
              + " --seed "
              + seed
              + "` does the same again, as far as processes allow");
    }
    return ExitStatus.OK.code();
  }

  private static Path folder(@Nullable Path wanted) throws IOException {
    if (wanted == null) {
      String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
      return Path.of("runs", "soak-" + time);
    }
    if (Files.exists(wanted)) {
      throw new ConfigException("--out " + wanted + " is there already (expected a new folder)");
    }
    return wanted;
  }
}
