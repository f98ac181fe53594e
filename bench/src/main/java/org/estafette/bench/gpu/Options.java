package org.estafette.bench.gpu;

import java.util.LinkedHashMap;
import java.util.Map;

/** The check's options. */
record Options(
    String device,
    String only,
    int batch,
    int rounds,
    int steps,
    int localSteps,
    long seed,
    String json,
    String kernels,
    boolean small) {
  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException naming the option that is unknown
   */
  static Options of(String... args) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("--device", "cuda:0");
    values.put("--only", "all");
    values.put("--batch", "16");
    values.put("--rounds", "5");
    values.put("--steps", "20");
    values.put("--local-steps", "50");
    values.put("--seed", "1");
    values.put("--json", "");
    values.put("--kernels", "");
    boolean small = false;
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--small")) {
        small = true;
      } else if (i + 1 == args.length || values.replace(args[i], args[++i]) == null) {
        throw new IllegalArgumentException(
            args[Math.min(i, args.length - 1)]
                + " (expected --small or one of "
                + values.keySet()
                + " with a value)");
      }
    }
    return new Options(
        values.get("--device"),
        values.get("--only"),
        Integer.parseInt(values.get("--batch")),
        Integer.parseInt(values.get("--rounds")),
        Integer.parseInt(values.get("--steps")),
        Integer.parseInt(values.get("--local-steps")),
        Long.parseLong(values.get("--seed")),
        values.get("--json"),
        values.get("--kernels"),
        small);
  }

  /** Whether a part is to be run. */
  boolean wants(String part) {
    return only.equals("all") || only.equals(part);
  }
}
