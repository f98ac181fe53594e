package org.estafette.actor.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.estafette.actor.config.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Compiles classes of a user's own with the compiler and the class path that will run them: the
 * {@code javac} that a shell finds may be of an older JDK, which cannot read this project's
 * classes.
 */
@Command(
    name = "compile",
    description = "Compiles models, data, mailboxes and other classes of your own.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example:",
      "  estafette compile docs/examples/lion --to my",
      "  ESTAFETTE_CLASSPATH=my estafette simulate docs/examples/lion/lion.conf",
    })
final class CompileCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "SOURCE",
      description = "Java files, or folders of them.")
  List<Path> sources = List.of();

  @Option(
      names = "--to",
      paramLabel = "DIR",
      required = true,
      description = "Where the classes go; made where it is missing.")
  Path to = Path.of("");

  @Override
  public Integer call() throws IOException {
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    if (javac == null) {
      throw new ConfigException(
          "this Java has no compiler (expected a JDK, not a JRE: java.home = "
              + System.getProperty("java.home")
              + "); ESTAFETTE_JAVA_HOME names another");
    }
    List<Path> files = files();
    Files.createDirectories(to);
    PrintWriter messages = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    try (StandardJavaFileManager manager =
        javac.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      List<String> options =
          List.of(
              "-cp",
              System.getProperty("java.class.path"),
              "-d",
              to.toString(),
              "-proc:none",
              "-parameters");
      boolean done =
          javac
              .getTask(
                  messages,
                  manager,
                  null,
                  options,
                  null,
                  manager.getJavaFileObjectsFromPaths(files))
              .call();
      if (!done) {
        throw new ConfigException("not compiled: the compiler's messages stand above");
      }
    }
    System.out.println("  " + files.size() + " compiled into " + to);
    return ExitStatus.OK.code();
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path source : sources) {
      if (!Files.exists(source)) {
        throw new ConfigException(source + ": no such file or folder");
      }
      try (Stream<Path> all = Files.walk(source)) {
        all.filter(f -> f.toString().endsWith(".java")).sorted().forEach(files::add);
      }
    }
    if (files.isEmpty()) {
      throw new ConfigException(sources + " (expected Java files, or folders that hold some)");
    }
    return files;
  }
}
