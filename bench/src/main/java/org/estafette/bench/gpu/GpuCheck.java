package org.estafette.bench.gpu;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.estafette.bench.Machine;
import org.estafette.device.ComputePrecision;
import org.estafette.device.Device;
import org.estafette.device.DeviceProvider;
import org.estafette.device.Devices;
import org.estafette.device.cuda.KernelReport;

/**
 * Checks a GPU: correctness against the CPU, training throughput of GPT-2 124M, and what the
 * exchange of updates costs. {@code dev/gpu-check} starts it, in the project or packed.
 *
 * <pre>
 * gpu-check [--device cuda:0] [--only correctness|speed|exchange|kernels] [--batch 16] [--rounds 5]
 *           [--steps 20] [--local-steps 50] [--seed 1] [--json FILE] [--kernels FILE] [--small]
 * </pre>
 *
 * <p>Ends with 0 where all agrees, 1 where something does not, 3 where there is no GPU.
 */
public final class GpuCheck {
  static final int DISAGREES = 1;
  static final int NO_GPU = 3;

  private final Options options;
  private final PrintStream out;
  private final Map<String, Object> report = new LinkedHashMap<>();
  private boolean bad;

  GpuCheck(Options options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /** Runs the check and ends the process with its status. */
  public static void main(String[] args) throws IOException {
    int status = new GpuCheck(Options.of(args), System.out).run();
    System.out.flush();
    System.exit(status);
  }

  int run() throws IOException {
    report.put("machine", Machine.describe());
    out.println("Libraries");
    int status = withDevice();
    if (options.wants("kernels") && !options.kernels().isEmpty()) {
      kernels(Path.of(options.kernels()));
    }
    if (!options.json().isEmpty()) {
      Files.writeString(Path.of(options.json()), Json.of(report) + "\n");
      out.println("\nwritten: " + options.json());
    }
    return status;
  }

  private int withDevice() {
    DeviceProvider cuda =
        Devices.providers().stream()
            .filter(p -> p.kind().equals("cuda"))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("this build has no CUDA device"));
    List<Object> findings = new ArrayList<>();
    for (DeviceProvider.Finding f : cuda.findings()) {
      line("  %-4s %-14s %s", f.there() ? "ok" : "--", f.what(), f.found());
      findings.add(Map.of("what", f.what(), "there", f.there(), "found", f.found()));
    }
    report.put("libraries", findings);
    if (cuda.count() == 0) {
      line("%nno GPU: %s", cuda.reason());
      report.put("no_gpu", cuda.reason());
      return NO_GPU;
    }
    for (ComputePrecision precision : ComputePrecision.values()) {
      try (Device device = Devices.open(options.device(), precision)) {
        check(device, precision);
      }
    }
    line("%n%s", bad ? "NOT all well" : "all well");
    return bad ? DISAGREES : 0;
  }

  /** Everything that was asked for, on one device. */
  void check(Device device, ComputePrecision precision) {
    line("%n%s", device.description());
    Map<String, Object> results = new LinkedHashMap<>();
    results.put("description", device.description());
    if (options.wants("correctness")) {
      correctness(device, precision, results);
    }
    Gpt2 model = options.small() ? Gpt2.small(options.batch()) : Gpt2.of124Million(options.batch());
    if (options.wants("speed")) {
      speed(device, model, results);
    }
    if (options.wants("exchange") && precision == ComputePrecision.BFLOAT16) {
      exchange(device, model, results);
    }
    report.put(precision.toString(), results);
  }

  private void correctness(Device device, ComputePrecision precision, Map<String, Object> results) {
    Correctness c = new Correctness(device, precision);
    List<Agreement> all = new ArrayList<>();
    all.addAll(c.operations(options.seed()));
    all.addAll(c.models(options.seed()));
    all.add(c.curve());
    List<Agreement> wrong = all.stream().filter(a -> !a.holds()).toList();
    List<String> unrepeatable = c.unrepeatable(options.seed());
    bad |= !wrong.isEmpty() || !unrepeatable.isEmpty();
    double worst = 0;
    for (Agreement a : all) {
      worst = Math.max(worst, a.difference());
    }
    line(
        "  correctness     %d of %d cases agree with the CPU, largest difference %.1e",
        all.size() - wrong.size(), all.size(), worst);
    wrong.forEach(a -> line("    %s", a));
    line(
        "  repeatability   %s",
        unrepeatable.isEmpty() ? "the same bits twice in every case" : "BAD: " + unrepeatable);
    results.put("cases", all.size());
    results.put("largest_difference", worst);
    results.put("disagree", wrong.stream().map(Agreement::toString).toList());
    results.put("unrepeatable", unrepeatable);
  }

  private void speed(Device device, Gpt2 model, Map<String, Object> results) {
    Speed.Result s = Speed.measure(device, model, options.rounds(), options.steps());
    double operations = s.tokensPerSecond() * model.operationsPerToken();
    OptionalDouble peak = Peak.of(device.description());
    line(
        "  training        %,.0f tokens/s, %.1f TFLOP/s%s (%d sequences of %d; spread %.1f %%)",
        s.tokensPerSecond(),
        operations / 1e12,
        peak.isPresent()
            ? String.format(Locale.ROOT, ", MFU %.1f %%", 100 * operations / peak.getAsDouble())
            : ", MFU unknown for this GPU",
        model.batch(),
        model.config().context(),
        100 * s.spread());
    results.put("tokens_per_second", s.tokensPerSecond());
    results.put("flops", operations);
    peak.ifPresent(p -> results.put("mfu", operations / p));
    results.put("spread", s.spread());
    results.put("last_loss", s.loss());
  }

  private void exchange(Device device, Gpt2 model, Map<String, Object> results) {
    int h = options.localSteps();
    double bare = Speed.measure(device, model, 3, h).tokensPerSecond();
    Exchange.Result e = Exchange.measure(device, model, 3, h);
    line(
        "  exchange        %,.0f tokens/s with H=%d, %,.0f bare: %.3f of it",
        e.tokensPerSecond(), h, bare, e.tokensPerSecond() / bare);
    e.parts().forEach((part, seconds) -> line("    %-20s %8.1f ms", part, 1e3 * seconds));
    double overlapped = OverlappedExchange.tokensPerSecond(device, model, 3, h);
    line(
        "  overlapped      %,.0f tokens/s with H=%d: %.3f of bare (exchange.overlap; wanted: 0.98)",
        overlapped, h, overlapped / bare);
    results.put("overlapped_tokens_per_second", overlapped);
    results.put("overlapped_ratio", overlapped / bare);
    results.put("exchange_tokens_per_second", e.tokensPerSecond());
    results.put("bare_tokens_per_second", bare);
    results.put("exchange_ratio", e.tokensPerSecond() / bare);
    results.put("exchange_parts_seconds", e.parts());
  }

  private void kernels(Path file) throws IOException {
    String missing = KernelReport.missing();
    if (!missing.isEmpty()) {
      line("%nkernels were not compiled: %s", missing);
      return;
    }
    String table = KernelReport.of(List.of(80, 90, 100)).markdown();
    Files.writeString(file, table);
    line("%nkernels compile for sm_80, sm_90 and sm_100: %s", file);
  }

  private void line(String format, Object... arguments) {
    out.println(String.format(Locale.ROOT, format, arguments));
  }

  Map<String, Object> report() {
    return report;
  }
}
