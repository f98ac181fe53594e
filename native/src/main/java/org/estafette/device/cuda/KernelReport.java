package org.estafette.device.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What NVRTC makes of the kernels, for several architectures; no GPU is needed. */
public final class KernelReport {
  private static final Pattern ENTRY =
      Pattern.compile(
          "entry function '(\\w+)'.*?(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+)"
              + " bytes spill loads.*?Used (\\d+) registers(?:, used \\d+ barriers)?(?:, (\\d+)"
              + " bytes smem)?",
          Pattern.DOTALL);

  private final String compiler;
  private final Map<String, Map<Integer, Row>> rows;

  /**
   * One kernel on one architecture.
   *
   * @param registers of a thread
   * @param stack bytes of a thread's local memory
   * @param spilled bytes of registers that are put by and fetched again
   * @param shared bytes of shared memory, without what is asked for at the launch
   */
  public record Row(int registers, int stack, int spilled, int shared) {}

  private KernelReport(String compiler, Map<String, Map<Integer, Row>> rows) {
    this.compiler = compiler;
    this.rows = rows;
  }

  /** Why there can be no report on this machine; empty where there can. */
  public static String missing() {
    try {
      Nvrtc.open(CudaLibraries.ofProcess().nvrtc());
      return "";
    } catch (CudaUnavailableException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * Compiles all kernels.
   *
   * @param architectures 80 for compute capability 8.0
   * @throws IllegalStateException where NVRTC is {@link #missing}
   * @throws CudaException where a kernel does not compile
   */
  public static KernelReport of(List<Integer> architectures) {
    try {
      Nvrtc nvrtc = Nvrtc.open(CudaLibraries.ofProcess().nvrtc());
      Map<String, Map<Integer, Row>> rows = new TreeMap<>();
      for (int architecture : architectures) {
        List<String> options = new ArrayList<>(Nvrtc.options(architecture));
        options.add("--ptxas-options=-v");
        for (String file : KernelSources.FILES) {
          String log = nvrtc.compile(file, KernelSources.text(file), options).log();
          Matcher m = ENTRY.matcher(log);
          while (m.find()) {
            int spilled = number(m, 3) + number(m, 4);
            rows.computeIfAbsent(m.group(1), k -> new TreeMap<>())
                .put(architecture, new Row(number(m, 5), number(m, 2), spilled, number(m, 6)));
          }
        }
      }
      return new KernelReport(nvrtc.description().replaceAll(" at .*", ""), rows);
    } catch (CudaUnavailableException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private static int number(Matcher m, int group) {
    return m.group(group) == null ? 0 : Integer.parseInt(m.group(group));
  }

  /** Kernels, with what they need on each architecture. */
  public Map<String, Map<Integer, Row>> rows() {
    return rows;
  }

  /** Names of all kernels that there are sources of. */
  public static List<String> kernels() {
    return KernelSources.FILES.stream().flatMap(f -> KernelSources.kernels(f).stream()).toList();
  }

  /** As a table in Markdown. */
  public String markdown() {
    StringBuilder s = new StringBuilder();
    s.append("Compiled by ").append(compiler).append(", through `java.lang.foreign`.\n\n");
    List<Integer> all =
        rows.values().stream().flatMap(r -> r.keySet().stream()).distinct().sorted().toList();
    s.append("| kernel |");
    all.forEach(a -> s.append(" sm_").append(a).append(": registers | spilled | shared |"));
    s.append("\n|---|");
    all.forEach(a -> s.append("---|---|---|"));
    s.append('\n');
    rows.forEach((name, row) -> {
      s.append("| ").append(name).append(" |");
      for (int a : all) {
        Row r = row.get(a);
        s.append(
            r == null
                ? " – | – | – |"
                : String.format(
                    Locale.ROOT, " %d | %d | %d |", r.registers(), r.spilled(), r.shared()));
      }
      s.append('\n');
    });
    return s.toString();
  }
}
