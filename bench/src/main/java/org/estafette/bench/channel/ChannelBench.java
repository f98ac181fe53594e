package org.estafette.bench.channel;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.estafette.bench.outer.Machine;
import org.estafette.channel.Endpoint;
import org.estafette.memory.Float32Vector;

/**
 * The tensor channel between two JVMs against plain TCP and against a copy by one thread.
 *
 * <pre>
 * java @conf/jvm.options -XX:MaxDirectMemorySize=4g -cp … org.estafette.bench.channel.ChannelBench \
 *     [--out bench/results/channel.json] [--rounds 7] [--megabytes 400] [--pings 4000] \
 *     [--term 4194304] [--driver SAME_THREAD|OWN_THREAD] [--idle ADAPTIVE|YIELD] \
 *     [--paths ipc,udp,tcp,tcp-4m,tcp-polling,ring] [--idle-seconds 10]
 * </pre>
 *
 * <p>In every round the paths take turns; each one's best throughput and best median round trip
 * count, so that noise from the machine's other users meets all of them alike. Throughput is to the
 * acknowledgement, with the channel's checksum on both sides; TCP has none. Ratios to TCP are to
 * the better of two blocking sockets (buffers left to the kernel, or 4 MiB); {@code tcp-polling}
 * spins like a channel under load but never sleeps, and {@code ring} is what two copies between two
 * cores cost at least on this machine.
 */
public final class ChannelBench {
  private static final int SOCKET_BUFFER = 4 << 20;

  private final Settings settings;
  private final Map<String, Double> bestRate = new LinkedHashMap<>();
  private final Map<String, List<Double>> rates = new LinkedHashMap<>();
  private final Map<String, Double> bestMedian = new LinkedHashMap<>();
  private final Map<String, Double> bestTail = new LinkedHashMap<>();

  private ChannelBench(Settings settings) {
    this.settings = settings;
  }

  /** Runs the benchmark and writes its results. */
  public static void main(String[] args) throws IOException, InterruptedException {
    new ChannelBench(Settings.parse(args)).run();
  }

  private void run() throws IOException, InterruptedException {
    Float32Vector source = filled(settings.bytes());
    Float32Vector copy = filled(settings.bytes());
    Float32Vector answer = filled(settings.pingBytes());
    double idle;
    try (ChannelPath ipc = new ChannelPath(settings.ipc(), source, answer);
        ChannelPath udp = new ChannelPath(settings.udp("bench-udp"), source, answer)) {
      Process peer = startPeer(ipc.endpoint(), udp.endpoint());
      try (BufferedReader lines = peer.inputReader(StandardCharsets.UTF_8)) {
        ipc.connect(Settings.decode(word(lines, "ipc")));
        udp.connect(Settings.decode(word(lines, "udp")));
        InetSocketAddress tcp =
            new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(word(lines, "tcp")));
        try (TcpPath auto = new TcpPath(tcp, source, 0, false);
            TcpPath fixed = new TcpPath(tcp, source, SOCKET_BUFFER, false);
            TcpPath polling = new TcpPath(tcp, source, 0, true)) {
          Map<String, Route> paths = new LinkedHashMap<>();
          paths.put("ipc", ipc);
          paths.put("udp", udp);
          paths.put("tcp", auto);
          paths.put("tcp-4m", fixed);
          paths.put("tcp-polling", polling);
          paths.put("ring", new RingPath(source, copy));
          paths.keySet().retainAll(List.of(settings.text("--paths").split(",", -1)));
          for (int round = -1; round < settings.number("--rounds"); round++) {
            round(paths, source, copy, round >= 0);
          }
        }
        idle = idleLoad();
      } finally {
        peer.getOutputStream().close();
        if (!peer.waitFor(Duration.ofSeconds(10))) {
          peer.destroyForcibly();
        }
      }
    }
    report(idle);
  }

  private void round(
      Map<String, Route> paths, Float32Vector source, Float32Vector copy, boolean counts) {
    rate("copy", () -> timed(() -> copy.copyFrom(source)), counts);
    paths.forEach((name, path) -> rate(name, path::send, counts));
    paths.forEach((name, path) -> latency(name, path, counts));
  }

  private void rate(String name, LongSupplier nanos, boolean counts) {
    double rate = settings.bytes() / (double) nanos.getAsLong();
    if (counts) {
      bestRate.merge(name, rate, Math::max);
      rates.computeIfAbsent(name, n -> new ArrayList<>()).add(rate);
    }
  }

  private void latency(String name, Route path, boolean counts) {
    long[] nanos = path.pingPong(settings.pingBytes(), settings.number("--pings"));
    Arrays.sort(nanos);
    if (counts) {
      bestMedian.merge(name, nanos[nanos.length / 2] / 1000.0, Math::min);
      bestTail.merge(name, nanos[nanos.length * 99 / 100] / 1000.0, Math::min);
    }
  }

  private static long timed(Runnable body) {
    long start = System.nanoTime();
    body.run();
    return System.nanoTime() - start;
  }

  /**
   * CPU seconds per second of the busier of two silent channels, both with an embedded driver and a
   * connected peer, one of them listening on UDP.
   */
  private double idleLoad() throws InterruptedException {
    long millis = 1000L * settings.number("--idle-seconds");
    Thread.sleep(Math.min(2000, millis));
    Map<Long, Long> before = channelCpu();
    long start = System.nanoTime();
    Thread.sleep(millis);
    Map<Long, Long> after = channelCpu();
    double nanos = System.nanoTime() - start;
    double worst = 0;
    for (Map.Entry<Long, Long> thread : after.entrySet()) {
      long used = thread.getValue() - before.getOrDefault(thread.getKey(), thread.getValue());
      worst = Math.max(worst, used / nanos);
    }
    return worst;
  }

  private static Map<Long, Long> channelCpu() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Map<Long, Long> cpu = new LinkedHashMap<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("estafette-channel-")) {
        cpu.put(thread.threadId(), threads.getThreadCpuTime(thread.threadId()));
      }
    }
    return cpu;
  }

  private Process startPeer(Endpoint ipc, Endpoint udp) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Peer.class.getName()));
    command.addAll(settings.forPeer(ipc, udp));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static String word(BufferedReader lines, String name) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(name + " ")) {
        return line.substring(name.length() + 1);
      }
    }
    throw new IllegalStateException("the other JVM ended before it said where " + name + " is");
  }

  private static Float32Vector filled(long bytes) {
    Float32Vector vector = Float32Vector.allocate(bytes / Float.BYTES);
    long state = 42;
    for (long i = 0; i < vector.length(); i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      vector.set(i, (state >> 40) * 0x1p-24);
    }
    return vector;
  }

  private double rate(String name) {
    return bestRate.getOrDefault(name, Double.NaN);
  }

  private double median(String name) {
    return bestMedian.getOrDefault(name, Double.NaN);
  }

  private void report(double idle) throws IOException {
    double tcpRate = Math.max(rate("tcp"), rate("tcp-4m"));
    double tcpMedian = Math.min(median("tcp"), median("tcp-4m"));
    System.out.printf(
        Locale.ROOT,
        "%-12s %9s %9s %12s %12s%n",
        "path",
        "GB/s best",
        "median",
        "64 KB p50 us",
        "p99 us");
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String name : bestRate.keySet()) {
      double[] all =
          rates.getOrDefault(name, List.of()).stream()
              .mapToDouble(Double::doubleValue)
              .sorted()
              .toArray();
      double median = all[all.length / 2];
      double p50 = bestMedian.getOrDefault(name, Double.NaN);
      double p99 = bestTail.getOrDefault(name, Double.NaN);
      System.out.printf(
          Locale.ROOT, "%-12s %9.2f %9.2f %12.1f %12.1f%n", name, rate(name), median, p50, p99);
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("path", name);
      row.put("gigabytes_per_second_best", rate(name));
      row.put("gigabytes_per_second_median", median);
      if (!Double.isNaN(p50)) {
        row.put("round_trip_p50_us", p50);
        row.put("round_trip_p99_us", p99);
      }
      rows.add(row);
    }
    Map<String, Double> ratios = new LinkedHashMap<>();
    ratios.put("ipc_of_tcp", rate("ipc") / tcpRate);
    ratios.put("ipc_of_copy", rate("ipc") / rate("copy"));
    ratios.put("udp_of_tcp", rate("udp") / tcpRate);
    ratios.put("ipc_round_trip_of_tcp", median("ipc") / tcpMedian);
    ratios.put("ring_of_tcp", rate("ring") / tcpRate);
    ratios.put("ring_round_trip_of_tcp", median("ring") / tcpMedian);
    ratios.put("ipc_of_polling_tcp", rate("ipc") / rate("tcp-polling"));
    ratios.put("idle_channel_of_a_core", idle);
    ratios.forEach((name, value) -> System.out.printf(Locale.ROOT, "%-34s %.3f%n", name, value));

    Map<String, Object> report = new LinkedHashMap<>();
    report.put("benchmark", "channel");
    report.put("machine", Machine.describe());
    report.put("settings", settings.values());
    report.put("measured", Instant.now().toString());
    report.put("results", rows);
    report.put("ratios", ratios);
    Path out = Path.of(settings.text("--out"));
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(out.toFile(), report);
    System.out.println("written: " + out);
  }
}
