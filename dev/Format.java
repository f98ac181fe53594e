import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs google-java-format's command line over every Java source of the project, in one JVM. Called
 * by {@code mvn verify} with {@code --check} and by {@code dev/format} with {@code --replace}.
 */
public final class Format {
  private Format() {}

  /** Arguments: {@code --check} or {@code --replace}, then the project's root. */
  public static void main(String[] args) throws Exception {
    if (args.length != 2 || !(args[0].equals("--check") || args[0].equals("--replace"))) {
      System.err.println("usage: Format.java --check|--replace ROOT");
      System.exit(2);
    }
    Path root = Path.of(args[1]).toRealPath();
    boolean check = args[0].equals("--check");
    List<String> call = new ArrayList<>();
    call.addAll(check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
    List<String> sources = sources(root);
    call.addAll(sources);
    String[] arguments = call.toArray(String[]::new);
    StringWriter out = new StringWriter();
    PrintWriter names = new PrintWriter(out);
    PrintWriter errors = new PrintWriter(System.err, true);
    Main formatter = new Main(names, errors, InputStream.nullInputStream());
    int status = formatter.format(arguments);
    if (!check && status == 0) {
      // A long text that was split in the first pass gets its final form in the second.
      status = formatter.format(arguments);
    }
    names.flush();
    errors.flush();
    if (status != 0) {
      out.toString()
          .lines()
          .forEach(f -> System.err.println("not formatted: " + root.relativize(Path.of(f))));
      System.err.println(
          "google-java-format: status="
              + status
              + " (expected 0) over "
              + sources.size()
              + " files; run dev/format and commit what it changes");
    }
    System.exit(status);
  }

  /** Java files below MODULE/src and dev, in order of their names. */
  private static List<String> sources(Path root) throws IOException {
    List<Path> folders = new ArrayList<>(List.of(root.resolve("dev")));
    try (Stream<Path> modules = Files.list(root)) {
      modules.map(m -> m.resolve("src")).filter(Files::isDirectory).forEach(folders::add);
    }
    List<String> files = new ArrayList<>();
    for (Path folder : folders) {
      try (Stream<Path> all = Files.walk(folder)) {
        all.map(Path::toString).filter(f -> f.endsWith(".java")).forEach(files::add);
      }
    }
    files.sort(null);
    return files;
  }
}
