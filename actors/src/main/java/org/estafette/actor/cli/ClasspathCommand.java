package org.estafette.actor.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Prints what classes of a user's own are compiled against. */
@Command(
    name = "classpath",
    description = "Prints the class path, for a compiler, an IDE or a notebook.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  javac --release 25 -cp \"$(estafette classpath)\" -d my Lion.java   with javac of a JDK"
          + " 25",
    })
final class ClasspathCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    System.out.println(System.getProperty("java.class.path"));
    return ExitStatus.OK.code();
  }
}
