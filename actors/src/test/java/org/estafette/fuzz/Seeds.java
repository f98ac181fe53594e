package org.estafette.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Writes a target's seeds into a folder and prints its class: what dev/fuzz begins with. */
public final class Seeds {
  private Seeds() {}

  public static void main(String[] args) throws IOException {
    List<String> names = Arrays.stream(FuzzTarget.values()).map(FuzzTarget::key).toList();
    if (args.length != 2 || !names.contains(args[0])) {
      System.err.println("usage: TARGET FOLDER; targets: " + String.join(", ", names));
      System.exit(2);
    }
    FuzzTarget target = FuzzTarget.valueOf(args[0].toUpperCase(Locale.ROOT));
    Path folder = Files.createDirectories(Path.of(args[1]));
    int n = 0;
    for (byte[] seed : target.seeds()) {
      Files.write(folder.resolve("seed-" + n++), seed);
    }
    System.out.println(target.type.getName());
  }
}
