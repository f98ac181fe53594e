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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.estafette.bench.Machine;
import org.estafette.channel.Endpoint;
import org.estafette.memory.Float32Vector;
import org.jspecify.annotations.Nullable;

/**
 * The tensor channel between two JVMs against plain TCP and against a copy by one thread.
 *
 * <pre>
 * java @conf/jvm.options -XX:MaxDirectMemorySize=4g -cp … org.estafette.bench.channel.ChannelBench \
 *     [--out bench/results/channel.json] [--rounds 7] [--megabytes 400] [--pings 4000] \
 *     [--term 2097152] [--driver SAME_THREAD|OWN_THREAD] [--idle ADAPTIVE|YIELD] \
 *     [--key true|false] [--paths ipc,udp,tcp,tcp-4m,tcp-polling,ring] [--idle-seconds 10]
 * </pre>
 *
 * <p>In every round the paths take turns; each one's best throughput and best median round trip
 * count, so that noise from the machine's other users meets all of them alike. Throughput is to the
 * acknowledgement, with the channel's checksum on both sides; TCP has none. Ratios to TCP are to
 * the better of two blocking sockets (buffers left to the kernel, or 4 MiB); {@code tcp-polling}
 * spins like a channel under load but never sleeps, and {@code ring} is what two copies between two
 * cores cost at least on this machine.
 *
 * <p>All of it twice: with the JVMs placed by the system, which likes to put a blocking pair on one
 * core, where their caches are shared but nothing runs at the same time; and with each JVM kept on
 * a core of its own, as it is between nodes that also train.
 */
public final class ChannelBench {
  /** Asked before this JVM is pinned, because then it sees one. */
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  private static final int SOCKET_BUFFER = 4 << 20;

  private final Settings settings;

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
    Tally free;
    Tally apart = null;
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
            TcpPath fixed = new TcpPath(tcp, source, SOCKET_BUFFER, false)) {
          Map<String, Route> paths = new LinkedHashMap<>();
          paths.put("ipc", ipc);
          paths.put("udp", udp);
          paths.put("tcp", auto);
          paths.put("tcp-4m", fixed);
          paths.put("tcp-polling", new PollingTcp(tcp, source));
          paths.put("ring", new RingPath(source, copy));
          paths.keySet().retainAll(List.of(settings.text("--paths").split(",", -1)));
          free = measure("placed by the system", paths, source, copy);
          // Both threads of a ring would share the one core that is left to this JVM.
          paths.remove("ring");
          if (pin(ProcessHandle.current().pid(), 0) && pin(peer.pid(), 1)) {
            apart = measure("on a core each", paths, source, copy);
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
    report(free, apart, idle);
  }

  private Tally measure(
      String placement, Map<String, Route> paths, Float32Vector source, Float32Vector copy) {
    Tally warmUp = new Tally("warm-up");
    round(warmUp, paths, source, copy);
    Tally tally = new Tally(placement);
    for (int i = 0; i < settings.number("--rounds"); i++) {
      round(tally, paths, source, copy);
    }
    return tally;
  }

  private void round(
      Tally tally, Map<String, Route> paths, Float32Vector source, Float32Vector copy) {
    double bytes = settings.bytes();
    tally.rate("copy", bytes / timed(() -> copy.copyFrom(source)));
    paths.forEach((name, path) -> tally.rate(name, bytes / path.send()));
    paths.forEach((name, path) ->
        tally.roundTrips(name, path.pingPong(settings.pingBytes(), settings.number("--pings"))));
  }

  /** Keeps a JVM on one core; false where the system cannot. */
  private static boolean pin(long pid, int core) throws IOException, InterruptedException {
    if (core >= CORES) {
      System.out.println("not pinned: core " + core + " is not there");
      return false;
    }
    try {
      Process taskset =
          new ProcessBuilder("taskset", "-a", "-c", "-p", String.valueOf(core), String.valueOf(pid))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      return taskset.waitFor() == 0;
    } catch (IOException e) {
      System.out.println("not pinned: " + e.getMessage());
      return false;
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

  private void report(Tally free, @Nullable Tally apart, double idle) throws IOException {
    List<Map<String, Object>> results = new ArrayList<>();
    results.add(free.report());
    if (apart != null) {
      results.add(apart.report());
    }
    System.out.printf(Locale.ROOT, "%nidle channel: %.4f of a core%n", idle);
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("benchmark", "channel");
    report.put("machine", Machine.describe());
    report.put("settings", settings.values());
    report.put("measured", Instant.now().toString());
    report.put("results", results);
    report.put("idle_channel_of_a_core", idle);
    Path out = Path.of(settings.text("--out"));
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(out.toFile(), report);
    System.out.println("written: " + out);
  }
}
