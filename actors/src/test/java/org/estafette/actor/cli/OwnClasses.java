package org.estafette.actor.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Commands in this JVM, with classes of a user's own before their eyes. */
final class OwnClasses {
  static final Path ROOT = Path.of(System.getProperty("estafette.root", "..")).toAbsolutePath();

  record Result(int status, String out, String err) {}

  private OwnClasses() {}

  /** As {@code ESTAFETTE_CLASSPATH=folder ./estafette …}. */
  static Result call(Path folder, String... command) throws Exception {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream o = new ByteArrayOutputStream();
    ByteArrayOutputStream e = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(o, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(e, true, StandardCharsets.UTF_8));
      int status = with(folder, () -> Main.commandLine().execute(command));
      return new Result(
          status, o.toString(StandardCharsets.UTF_8), e.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  /** Does something where the folder's classes are seen. */
  static <T> T with(Path folder, Callable<T> what) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader own = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      thread.setContextClassLoader(own);
      return what.call();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
