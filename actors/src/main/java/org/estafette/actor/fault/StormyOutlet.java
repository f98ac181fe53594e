package org.estafette.actor.fault;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.estafette.algorithm.PeerId;
import org.estafette.channel.Endpoint;
import org.estafette.channel.FrameHeader;
import org.estafette.channel.SendCallback;
import org.estafette.channel.SendOutcome;
import org.estafette.channel.TensorChannel;
import org.estafette.fault.Weather;
import org.estafette.memory.Lease;

/**
 * Lets the weather at on frames on their way to the channel: they are lost, held back, sent twice,
 * or sent with a changed bit, which the receiver's checksum has to find.
 */
public final class StormyOutlet implements FrameOutlet {
  private final TensorChannel channel;
  private final NodeWeather weather;
  private final FrameFates fates;
  private final ScheduledThreadPoolExecutor later;
  private final Set<Held> held = ConcurrentHashMap.newKeySet();
  private final AtomicLong damaged = new AtomicLong();
  private volatile boolean closed;

  /** A frame that waits; sent or given back, once. */
  private final class Held implements Runnable {
    private final Endpoint to;
    private final FrameHeader frame;
    private final byte[] meta;
    private final Lease payload;
    private final long bytes;
    private final SendCallback done;
    private final AtomicBoolean gone = new AtomicBoolean();

    Held(
        Endpoint to, FrameHeader frame, byte[] meta, Lease payload, long bytes, SendCallback done) {
      this.to = to;
      this.frame = frame;
      this.meta = meta;
      this.payload = payload;
      this.bytes = bytes;
      this.done = done;
    }

    @Override
    public void run() {
      if (gone.compareAndSet(false, true)) {
        held.remove(this);
        try {
          channel.send(to, frame, meta, payload, bytes, done);
        } catch (IllegalArgumentException e) {
          payload.close();
          done.done(SendOutcome.NOT_CONNECTED, String.valueOf(e.getMessage()));
        }
      }
    }

    void giveBack() {
      if (gone.compareAndSet(false, true)) {
        payload.close();
        done.done(SendOutcome.CHANNEL_CLOSED, "held back by a fault when the node ended");
      }
    }
  }

  /** Before that channel. */
  public StormyOutlet(String name, TensorChannel channel, NodeWeather weather, FrameFates fates) {
    this.channel = channel;
    this.weather = weather;
    this.fates = fates;
    this.later =
        new ScheduledThreadPoolExecutor(
            1,
            r -> {
              Thread t = new Thread(r, "estafette-weather-" + name);
              t.setDaemon(true);
              return t;
            });
    later.setKeepAliveTime(1, TimeUnit.SECONDS);
    later.allowCoreThreadTimeOut(true);
  }

  @Override
  public void send(
      Endpoint to, FrameHeader frame, byte[] meta, Lease payload, long bytes, SendCallback done) {
    Weather.Fate fate = weather.fate(peer(frame.sender()), peer(frame.destination()));
    if (!fate.arrives()) {
      fates.lost(frame, fate.lost());
      if (fate.lost().equals(Weather.CHECKSUM)) {
        // Another bit each time, of header and payload alike.
        long bit = damaged.getAndIncrement() * 0x9E3779B97F4A7C15L >>> 1;
        channel.sendDamaged(to, frame, meta, payload, bytes, bit, done);
      } else {
        // A network does not tell the sender.
        payload.close();
        done.done(SendOutcome.SENT, "");
      }
      return;
    }
    if (fate.twice()) {
      Lease same = payload.retain();
      fates.doubled(frame);
      SendCallback twin =
          (outcome, detail) -> {
            if (outcome != SendOutcome.SENT) {
              fates.lost(frame, outcome.sentence());
            }
          };
      hold(new Held(to, frame, meta, same, bytes, twin), fate.later() + fate.again());
    }
    if (fate.later() > 0) {
      hold(new Held(to, frame, meta, payload, bytes, done), fate.later());
    } else {
      channel.send(to, frame, meta, payload, bytes, done);
    }
  }

  private void hold(Held frame, double seconds) {
    held.add(frame);
    try {
      later.schedule(frame, (long) (seconds * 1e9), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      frame.giveBack(); // The node ends.
    }
    if (closed) {
      frame.giveBack();
    }
  }

  private static PeerId peer(long slot) {
    return new PeerId((int) slot);
  }

  @Override
  public void close() {
    closed = true;
    later.shutdownNow();
    held.forEach(Held::giveBack);
    held.clear();
  }
}
