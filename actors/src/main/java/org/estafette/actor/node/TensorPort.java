package org.estafette.actor.node;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.estafette.actor.fault.FrameOutlet;
import org.estafette.actor.fault.NodeWeather;
import org.estafette.actor.fault.StormyOutlet;
import org.estafette.actor.wire.PushPacking;
import org.estafette.actor.wire.UnreadableUpdateException;
import org.estafette.actor.wire.UpdateCodec;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Update;
import org.estafette.channel.ChannelConfig;
import org.estafette.channel.ChannelListener;
import org.estafette.channel.ChannelStats;
import org.estafette.channel.Endpoint;
import org.estafette.channel.FrameHeader;
import org.estafette.channel.FrameKey;
import org.estafette.channel.Refusal;
import org.estafette.channel.SendOutcome;
import org.estafette.channel.TensorChannel;
import org.estafette.memory.Lease;
import org.estafette.memory.Precision;
import org.estafette.memory.VectorPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's way for tensors: updates go out through the channel and come in to the participant that
 * they are addressed to. One for all participants of a node.
 */
final class TensorPort implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TensorPort.class);

  private final long run;
  private final PushPacking packing;
  private final VectorPool incoming;
  private final VectorPool outgoing;
  private final Map<Long, Consumer<Update>> sinks = new ConcurrentHashMap<>();
  private final AtomicLong unreadable = new AtomicLong();
  private final Map<String, AtomicLong> warned = new ConcurrentHashMap<>();
  private final TensorChannel channel;
  private final FrameOutlet outlet;
  private final @Nullable NodeWeather weather;
  private final PortHistory history = new PortHistory();
  private volatile @Nullable String lost;
  private final String advertised;
  private final String keys;

  /**
   * Opens the channel.
   *
   * @param packing how tensors travel
   * @param expected updates that may be waiting here at one time
   * @param lost told when the channel has ended by itself
   * @throws org.estafette.channel.ChannelException where it cannot be opened; the message says why
   */
  TensorPort(ChannelConfig config, PushPacking packing, int expected, Consumer<String> lost) {
    this(config, "", null, packing, expected, lost);
  }

  /**
   * Opens a channel that others reach at another address than the one it listens on.
   *
   * @param advertised {@code host:port}; empty for the one it listens on
   * @param weather what faults do to updates that are sent; null where there are none
   */
  TensorPort(
      ChannelConfig config,
      String advertised,
      @Nullable NodeWeather weather,
      PushPacking packing,
      int expected,
      Consumer<String> lost) {
    this.advertised = advertised;
    this.weather = weather;
    this.run = config.run();
    FrameKey key = config.key();
    this.keys = key == null ? "" : key.fingerprint();
    this.packing = packing;
    long length = packing.length();
    this.incoming = VectorPool.bounded("incoming updates", Precision.FLOAT32, length, expected);
    this.outgoing = VectorPool.unbounded("outgoing updates", Precision.FLOAT32, length);
    this.channel = TensorChannel.open(config, new Listener(lost));
    if (weather != null) {
      channel.sharedMemoryFull(weather::sharedMemoryFull);
    }
    this.outlet =
        weather == null
            ? channel::send
            : new StormyOutlet(config.name(), channel, weather, history);
  }

  /** What faults do to updates that are sent here; null where there are none. */
  @Nullable NodeWeather weather() {
    return weather;
  }

  /** Ends the media driver as a crash would; false where another JVM runs it. */
  boolean killDriver() {
    return channel.killDriver();
  }

  /** Where others reach this node. */
  Endpoint endpoint() {
    Endpoint own = channel.endpoint();
    return advertised.isEmpty()
        ? own
        : new Endpoint(own.host(), own.directory(), own.stream(), advertised);
  }

  /** Fingerprint of the key that frames are authenticated with; empty without one. */
  String keys() {
    return keys;
  }

  /** Where what goes through this port is written down, if anywhere. */
  PortHistory history() {
    return history;
  }

  /** A vector for what will be sent. */
  Lease lease() {
    return outgoing.lease();
  }

  /** Updates for {@code peer} go to {@code sink}, on the channel's thread. */
  void register(PeerId peer, Consumer<Update> sink) {
    sinks.put((long) peer.slot(), sink);
  }

  void unregister(PeerId peer, Consumer<Update> sink) {
    sinks.remove((long) peer.slot(), sink);
  }

  /**
   * Sends an update; its lease passes to the channel.
   *
   * @param failed told why, where it did not leave
   */
  void send(Endpoint to, PeerId destination, Update update, Consumer<String> failed) {
    Header h = update.header();
    FrameHeader frame =
        new FrameHeader(run, h.sender().slot(), h.incarnation(), h.sequence(), destination.slot());
    byte[] head = UpdateCodec.write(update);
    history.sent(destination, update);
    PushPacking.Sent sent = packing.pack(update, outgoing);
    try {
      outlet.send(
          to,
          frame,
          head,
          sent.payload(),
          sent.bytes(),
          (outcome, detail) -> {
            if (outcome != SendOutcome.SENT) {
              history.notSent(destination, h, outcome.sentence());
              failed.accept(outcome.sentence() + (detail.isEmpty() ? "" : ": " + detail));
            }
          });
    } catch (IllegalArgumentException e) {
      sent.payload().close();
      history.notSent(destination, h, String.valueOf(e.getMessage()));
      failed.accept(String.valueOf(e.getMessage()));
    }
  }

  /** Frames that wait for a peer. */
  int queued(Endpoint peer) {
    return channel.queued(peer);
  }

  void forget(Endpoint peer) {
    channel.forget(peer);
  }

  ChannelStats stats() {
    return channel.stats();
  }

  /** Vectors on loan: of what has arrived, and of what is to be sent. */
  int onLoan() {
    return incoming.outstanding() + outgoing.outstanding();
  }

  /** Why the channel has ended by itself; null while it has not. */
  @Nullable String lost() {
    return lost;
  }

  /** Updates whose head could not be read, or that were addressed to nobody here. */
  long unreadable() {
    return unreadable.get();
  }

  @Override
  public void close() {
    outlet.close();
    channel.close();
    history.close();
  }

  private final class Listener implements ChannelListener {
    private final Consumer<String> lost;

    Listener(Consumer<String> lost) {
      this.lost = lost;
    }

    @Override
    public @Nullable Lease lease(FrameHeader header, long payloadBytes) {
      return incoming.tryLease();
    }

    @Override
    public void received(
        FrameHeader header, ByteBuffer meta, @Nullable Lease payload, long payloadBytes) {
      if (payload == null) {
        drop(header, "it has no tensor");
        return;
      }
      Consumer<Update> sink = sinks.get(header.destination());
      if (sink == null || !packing.canBe(payloadBytes)) {
        payload.close();
        drop(
            header,
            sink == null
                ? "nobody here has slot " + header.destination()
                : "payload=" + payloadBytes + " bytes (" + packing.expected() + ")");
        return;
      }
      try {
        Update update = UpdateCodec.read(meta, payload);
        if (update.header().sender().slot() != header.sender() || update.header().run() != run) {
          throw new IllegalStateException("its head names another sender or run than its frame");
        }
        check(update, header.destination() == PeerId.SERVER.slot());
        packing.unpack(update, payloadBytes);
        history.received(header.destination(), update);
        sink.accept(update);
      } catch (UnreadableUpdateException | IllegalStateException e) {
        payload.close();
        drop(header, String.valueOf(e.getMessage()));
      }
    }

    private static void check(Update update, boolean toServer) {
      boolean ofServer = update.header().sender().isServer();
      boolean fits =
          switch (update) {
            case PseudoGradient p -> toServer && !ofServer;
            case GlobalModel m -> !toServer && ofServer;
            // A registrar asks workers for their models.
            case NeighbourModel m -> !ofServer;
            case NeighbourShare s -> !toServer && !ofServer;
            case MergedPush m -> false;
          };
      if (!fits) {
        throw new IllegalStateException(
            update.getClass().getSimpleName()
                + " of "
                + update.header().sender()
                + (toServer ? " to the server" : " to a worker")
                + " (expected pushes and models of workers to servers, models of the server and"
                + " messages of neighbours to workers)");
      }
    }

    private void drop(FrameHeader header, String why) {
      unreadable.incrementAndGet();
      warn("unreadable", "update from {} dropped: {}", header.sender(), why);
    }

    @Override
    public void refused(@Nullable FrameHeader header, Refusal reason, String detail) {
      if (reason == Refusal.NOT_AUTHENTIC || reason == Refusal.REPLAYED) {
        return; // The channel says so itself, and seldom: whoever forges could fill the log.
      }
      String seen = detail.isEmpty() ? reason.sentence() : reason.sentence() + " (" + detail + ")";
      warn(reason.name(), "frame {} refused: {}", String.valueOf(header), seen);
    }

    /** The 1st, 2nd, 4th, 8th … of a kind: a peer that repeats itself must not fill the disk. */
    private void warn(String kind, String format, Object what, String why) {
      long times = warned.computeIfAbsent(kind, k -> new AtomicLong()).incrementAndGet();
      if (Long.bitCount(times) == 1) {
        LOG.warn(format + "{}", what, why, times == 1 ? "" : "; " + times + " of this kind by now");
      }
    }

    @Override
    public void peerLost(Endpoint peer, String why) {
      LOG.info("tensor link to {} ended: {}", peer, why);
    }

    @Override
    public void channelLost(String why, @Nullable Throwable cause) {
      TensorPort.this.lost = why;
      LOG.error("the tensor channel ended: {}", why, cause);
      lost.accept(why);
    }
  }
}
