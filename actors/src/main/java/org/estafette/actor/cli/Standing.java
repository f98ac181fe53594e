package org.estafette.actor.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.estafette.actor.checkpoint.Epochs;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.join.HostPort;
import org.estafette.actor.join.LocalAddress;
import org.estafette.actor.record.RunFolder;

/** {@code node --standby}: stands by for a run of another machine whose folder is shared. */
final class Standing {
  private Standing() {}

  static int by(Path run, String join, String host, int port, Map<String, String> settings)
      throws Exception {
    HostPort at =
        HostPort.parse(join)
            .orElseThrow(() ->
                new ConfigException("--standby with --join " + join + " (expected one HOST:PORT)"));
    OptionalLong number = number(run);
    Map<String, String> own = new HashMap<>(settings);
    String address = host.equals("auto") ? LocalAddress.towards(at) : host;
    own.put("cluster.host", RunOptions.quoted(address));
    own.put("cluster.port", Integer.toString(port));
    own.put("cluster.bind-host", "\"\"");
    own.put("cluster.bind-port", "auto");
    own.put("cluster.join", "\"\"");
    own.putIfAbsent("channel.host", RunOptions.quoted(address));
    own.putIfAbsent("channel.port", "0");
    own.putIfAbsent("channel.advertise", "\"\"");
    System.out.println("  standing by for the run in " + run + " at " + join);
    return new Hosting(
            run, number.getAsLong(), join, port, null, List.of("standby"), own, true, false)
        .run(Interrupts::onFirst);
  }

  private static OptionalLong number(Path run) throws IOException {
    OptionalLong number;
    try {
      number = Epochs.run(RunFolder.open(run).checkpoints());
    } catch (IOException e) {
      throw new ConfigException("--standby: " + e.getMessage());
    }
    if (number.isEmpty()) {
      throw new ConfigException(
          "--standby " + run + ": no server has begun this run yet (expected one that goes on)");
    }
    return number;
  }
}
