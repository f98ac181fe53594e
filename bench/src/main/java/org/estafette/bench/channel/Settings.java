package org.estafette.bench.channel;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.estafette.channel.ChannelConfig;
import org.estafette.channel.Endpoint;
import org.estafette.channel.FrameKey;

/** The benchmark's options, the same in both JVMs. */
record Settings(Map<String, String> values) {
  /** Secret to nobody: what it costs does not depend on it. */
  private static final FrameKey KEY = FrameKey.of(new byte[32]);

  static Settings parse(String[] args) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("--out", "bench/results/channel.json");
    values.put("--megabytes", "400");
    values.put("--rounds", "7");
    values.put("--ping-bytes", "65536");
    values.put("--pings", "4000");
    values.put("--term", "2097152");
    values.put("--driver", "SAME_THREAD");
    values.put("--idle", "ADAPTIVE");
    values.put("--key", "false");
    values.put("--paths", "ipc,udp,tcp,tcp-4m,tcp-polling,ring");
    values.put("--idle-seconds", "10");
    values.put("--ipc", "");
    values.put("--udp", "");
    for (int i = 0; i + 1 < args.length; i += 2) {
      if (values.replace(args[i], args[i + 1]) == null) {
        throw new IllegalArgumentException(args[i] + " (expected one of " + values.keySet() + ")");
      }
    }
    return new Settings(values);
  }

  private String get(String name) {
    return values.getOrDefault(name, "");
  }

  int number(String name) {
    return Integer.parseInt(get(name));
  }

  String text(String name) {
    return get(name);
  }

  /** Bytes of the large vector: decimal megabytes, as networks count. */
  long bytes() {
    return number("--megabytes") * 1_000_000L;
  }

  int pingBytes() {
    return number("--ping-bytes");
  }

  /** The arguments for the other JVM. */
  List<String> forPeer(Endpoint ipc, Endpoint udp) {
    Map<String, String> peer = new LinkedHashMap<>(values);
    peer.put("--ipc", encode(ipc));
    peer.put("--udp", encode(udp));
    return peer.entrySet().stream()
        .flatMap(e -> List.of(e.getKey(), e.getValue()).stream())
        .toList();
  }

  Endpoint endpoint(String name) {
    return decode(get("--" + name));
  }

  static String print(String name, Endpoint endpoint) {
    return name + " " + encode(endpoint);
  }

  static String encode(Endpoint e) {
    return String.join(
        ",", e.host(), e.directory(), String.valueOf(e.stream()), e.udp() == null ? "" : e.udp());
  }

  static Endpoint decode(String text) {
    List<String> parts = List.of(text.split(",", -1));
    return new Endpoint(
        parts.get(0),
        parts.get(1),
        Integer.parseInt(parts.get(2)),
        parts.get(3).isEmpty() ? null : parts.get(3));
  }

  private ChannelConfig.Builder base(String name) {
    return ChannelConfig.builder(name + "-" + ProcessHandle.current().pid(), ChannelPath.RUN)
        .termLength(number("--term"))
        .expectedLinks(2)
        .key(Boolean.parseBoolean(get("--key")) ? KEY : null)
        .driver(ChannelConfig.Driver.valueOf(get("--driver").toUpperCase(Locale.ROOT)))
        .idle(ChannelConfig.Idle.valueOf(get("--idle").toUpperCase(Locale.ROOT)));
  }

  ChannelConfig ipc() {
    return base("bench-ipc").build();
  }

  ChannelConfig beside(Endpoint parent) {
    return base("bench-peer-ipc")
        .directory(Path.of(parent.directory()))
        .driver(ChannelConfig.Driver.ELSEWHERE)
        .build();
  }

  ChannelConfig udp(String name) {
    return base(name).udp("127.0.0.1", 0).udpMtu(ChannelConfig.LOOPBACK_MTU).build();
  }
}
