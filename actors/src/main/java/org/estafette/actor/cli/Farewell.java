package org.estafette.actor.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.record.Exchanges;
import org.estafette.actor.record.Numbers;
import org.estafette.actor.record.RunFolder;
import org.estafette.actor.record.Summary;
import org.jspecify.annotations.Nullable;

/** The last lines of a run: what came out, where it is, and what to do with it. */
final class Farewell {
  private Farewell() {}

  static void print(
      PrintStream out, RunFolder folder, RunConfig config, Summary s, @Nullable Path checkpoint) {
    out.println();
    out.printf(
        Locale.ROOT,
        "  %s: %,d tokens in %.0f s (%,.0f tokens/s), loss %.3f, validation %s%n",
        s.strategy(),
        s.tokens(),
        s.seconds(),
        s.tokensPerSecond(),
        s.finalLoss(),
        validation(s));
    Exchanges e = s.exchanges();
    if (e == null) {
      pushes(out, s);
    } else {
      exchanges(out, s, e);
    }
    if (s.workerRestarts() > 0) {
      out.printf(
          "  restarts  %d (a lost worker costs its round; see report.html)%n", s.workerRestarts());
    }
    if (s.wasted() != null) {
      out.printf(
          Locale.ROOT,
          "  wasted    %d local steps (%,d tokens), of rounds that were given up%n",
          s.wasted().steps(),
          s.wasted().tokens());
    }
    out.println("  report    " + folder.report());
    if (checkpoint != null) {
      out.println("  model     " + checkpoint);
      if (config.model().kind().equals("gpt")) {
        out.println(
            "  sample    ./estafette generate "
                + checkpoint
                + " --prompt \""
                + prompt(config)
                + "\"");
      }
    }
  }

  private static void pushes(PrintStream out, Summary s) {
    out.printf(
        Locale.ROOT,
        "  pushes    %d accepted, %d merged, %d refused %s; staleness %.2f mean, %d max; gain G ="
            + " %.2f%n",
        s.pushes().accepted(),
        s.pushes().merged(),
        s.pushes().refusals(),
        s.pushes().refused().isEmpty() ? "" : s.pushes().refused(),
        s.staleness().mean(),
        s.staleness().max(),
        s.gain());
  }

  private static void exchanges(PrintStream out, Summary s, Exchanges e) {
    out.printf(
        Locale.ROOT,
        "  exchanges %d rounds; messages: %d fresh, %d held, %d superseded, %d refused %s;"
            + " consensus distance %s%n",
        s.pushes().accepted(),
        e.fresh(),
        e.held(),
        e.superseded(),
        s.pushes().refusals(),
        s.pushes().refused().isEmpty() ? "" : s.pushes().refused(),
        e.consensus() == null ? "not measured" : String.format(Locale.ROOT, "%.4g", e.consensus()));
    if (e.repairs() > 0) {
      out.printf("  repairs   %d (the graph closed around a lost worker)%n", e.repairs());
    }
  }

  private static String validation(Summary s) {
    if (s.validationLoss() == null) {
      return "not measured";
    }
    String loss = String.format(Locale.ROOT, "%.3f nats", s.validationLoss());
    return s.validationAccuracy() == null
        ? loss
        : loss + ", " + Numbers.percent(s.validationAccuracy()) + " right";
  }

  private static String prompt(RunConfig config) {
    return config.data().path().isEmpty() ? "public class " : "The ";
  }
}
