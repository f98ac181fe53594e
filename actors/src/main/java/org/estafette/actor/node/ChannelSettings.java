package org.estafette.actor.node;

import java.nio.file.Path;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.security.KeyFolder;
import org.estafette.actor.wire.UpdateCodec;
import org.estafette.channel.ChannelConfig;
import org.estafette.channel.FrameKey;

/** The settings of a node's tensor channel that a configuration gives. */
public final class ChannelSettings {
  private ChannelSettings() {}

  /** A channel with a media driver of its own. */
  static ChannelConfig own(RunConfig config, long run, String name) {
    return base(config, run, name).build();
  }

  /** A channel that shares the driver in {@code directory}. */
  static ChannelConfig sharing(RunConfig config, long run, String name, Path directory) {
    return base(config, run, name)
        .directory(directory)
        .driver(ChannelConfig.Driver.ELSEWHERE)
        .build();
  }

  /** Settings of a media driver that processes of a run share, for a process without a channel. */
  public static ChannelConfig.Builder driver(RunConfig config, long run, String name) {
    return base(config, run, name);
  }

  private static ChannelConfig.Builder base(RunConfig config, long run, String name) {
    RunConfig.Channel c = config.channel();
    return ChannelConfig.builder(name, run)
        .udp(c.host(), c.port())
        .key(
            KeyFolder.of(config.security())
                .map(keys -> FrameKey.of(keys.channelKey()))
                .orElse(null))
        .queueFrames(queueFrames(config))
        .udpMtu(c.mtu())
        .termLength(c.term())
        .maxMetaBytes(UpdateCodec.MAX_BYTES);
  }

  /** An exchange of all workers of a node may go to one other node, or to this one. */
  private static int queueFrames(RunConfig config) {
    long n = config.workers().count();
    return config.withoutServer() ? (int) Math.min(4096, 16 + 4 * n * n) : 16;
  }
}
