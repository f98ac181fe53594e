package org.estafette.channel;

import io.aeron.Aeron;
import io.aeron.Image;
import io.aeron.Subscription;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The channel's one thread: runs the embedded driver and Aeron's client, sends what was queued in
 * slices, polls all senders in turn, and sleeps when there is nothing to do.
 */
final class ChannelAgent implements Runnable, ErrorHandler {
  private static final int POLL_LIMIT = 16;
  private static final int DRIVER_TURNS = 16;
  private static final long HEALTH_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ChannelConfig config;
  private final ChannelListener listener;
  private final ChannelHooks hooks;

  /** Whether no stream can be opened now. */
  volatile BooleanSupplier full = () -> false;

  final ChannelCounters counters = new ChannelCounters();
  private final AdaptiveIdle idle;
  private final Queue<OutFrame> incoming = new ManyToOneConcurrentLinkedQueue<>();
  private final Queue<Endpoint> forgotten = new ManyToOneConcurrentLinkedQueue<>();
  private final BooleanSupplier wanted = this::wanted;

  /** Frames not yet finished, by peer: bounds the queues. */
  private final ConcurrentMap<Endpoint, AtomicInteger> queued = new ConcurrentHashMap<>();

  private final List<Link> links = new ArrayList<>();
  private final List<Session> sessions = new ArrayList<>();
  private final CountDownLatch ended = new CountDownLatch(1);

  private @Nullable EmbeddedDriver driver;
  private @Nullable AgentInvoker driverInvoker;
  private @Nullable Aeron aeron;
  private @Nullable Endpoint self;
  private @Nullable Path controlFile;
  private @Nullable Authenticity authenticity;
  private long nextHealthCheck;
  private volatile boolean closing;
  private volatile boolean refusing;
  private volatile boolean driverKilled;
  private volatile @Nullable Throwable lastError;
  private volatile @Nullable Thread thread;

  ChannelAgent(ChannelConfig config, ChannelListener listener, ChannelHooks hooks) {
    this.config = config;
    this.listener = listener;
    this.hooks = hooks;
    this.idle = new AdaptiveIdle(config.idle());
  }

  /** Starts driver, client and subscriptions on the caller's thread, then the channel's own. */
  Endpoint start() {
    try {
      Endpoint endpoint = connect();
      self = endpoint;
      Thread own = new Thread(this, "estafette-channel-" + config.name());
      own.setDaemon(true);
      thread = own;
      own.start();
      return endpoint;
    } catch (RuntimeException e) {
      release();
      throw e instanceof ChannelException
          ? e
          : new ChannelException(
              "channel "
                  + config.name()
                  + " in "
                  + config.directory()
                  + " does not open: "
                  + e.getMessage()
                  + (config.driver() == ChannelConfig.Driver.ELSEWHERE
                      ? " (expected a media driver running in that directory)"
                      : ""),
              e);
    }
  }

  private Endpoint connect() {
    Aeron.Context context =
        new Aeron.Context()
            .aeronDirectoryName(config.directory().toString())
            .clientName(config.name())
            .useConductorAgentInvoker(true)
            .driverTimeoutMs(config.driverTimeout().toMillis())
            .epochClock(SteadyClock.INSTANCE)
            .errorHandler(this)
            .subscriberErrorHandler(this);
    if (config.driver() != ChannelConfig.Driver.ELSEWHERE) {
      StaleDirectories.sweep();
      ShmCheck room = ShmCheck.of(config);
      if (!room.enough()) {
        throw new ChannelException(room.message(), null);
      }
      EmbeddedDriver embedded = EmbeddedDriver.launch(config, hooks, this);
      driver = embedded;
      driverInvoker = embedded.invoker();
      context.driverAgentInvoker(driverInvoker);
    }
    Aeron client = Aeron.connect(context);
    aeron = client;
    Path control = context.cncFile().toPath();
    controlFile = control;
    // Correlation ids are unique in a driver, so channels of one directory never share a stream.
    int stream = 1 + (int) (client.nextCorrelationId() & 0x3FFF_FFFF);
    String host = HostIdentity.of(control);
    String directory = config.directory().toString();
    authenticity = new Authenticity(config, new Endpoint(host, directory, stream, null));
    client.addSubscription("aeron:ipc", stream, this::onImage, this::onImageGone);
    String udp = config.udpHost() == null ? null : listen(client, config.udpHost(), stream);
    return new Endpoint(host, directory, stream, udp);
  }

  private String listen(Aeron client, String host, int stream) {
    String wanted = host + ":" + config.udpPort();
    Subscription subscription =
        client.addSubscription(
            "aeron:udp?endpoint=" + wanted, stream, this::onImage, this::onImageGone);
    long deadline = System.nanoTime() + config.driverTimeout().toNanos();
    while (System.nanoTime() - deadline < 0) {
      String endpoint = subscription.resolvedEndpoint();
      if (endpoint != null) {
        return endpoint;
      }
      turn(client);
      Thread.yield();
    }
    throw new ChannelException(
        "udp="
            + wanted
            + " is not bound after "
            + config.driverTimeout()
            + " (expected a free port)",
        null);
  }

  /** Takes a frame from any thread. */
  void send(OutFrame frame) {
    AtomicInteger count =
        queued.compute(
            frame.to,
            (to, n) -> {
              AtomicInteger counter = n == null ? new AtomicInteger() : n;
              counter.incrementAndGet();
              return counter;
            });
    frame.queued = count;
    if (refusing) {
      finish(frame, SendOutcome.CHANNEL_CLOSED, "channel " + config.name() + " is closed");
    } else if (count.get() > config.queueFrames()) {
      finish(
          frame,
          SendOutcome.QUEUE_FULL,
          "frames waiting for "
              + frame.to
              + "="
              + (count.get() - 1)
              + ", limit="
              + config.queueFrames());
    } else {
      incoming.add(frame);
      if (refusing) {
        // The thread may have ended between the two looks: nobody else will empty the queue.
        awaitEnd();
        failIncoming();
      }
      idle.wake();
    }
  }

  int queued(Endpoint to) {
    AtomicInteger count = queued.get(to);
    return count == null ? 0 : count.get();
  }

  void forget(Endpoint peer) {
    forgotten.add(peer);
    idle.wake();
  }

  /** False where there is no driver here. */
  boolean killDriver() {
    if (driverInvoker == null) {
      return false;
    }
    driverKilled = true;
    idle.wake();
    return true;
  }

  /** Ends the thread and waits for it, unless called on it. */
  void close() {
    closing = true;
    idle.wake();
    if (!Thread.currentThread().equals(thread)) {
      awaitEnd();
    }
  }

  private void awaitEnd() {
    boolean interrupted = false;
    while (true) {
      try {
        ended.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void run() {
    String lost = null;
    Throwable cause = null;
    try {
      lost = loop();
      cause = lastError;
    } catch (RuntimeException | Error e) {
      cause = e;
      if (aeron != null && aeron.isClosed()) {
        lost = driverGone(e);
      } else {
        ChannelLog.LOG.error("channel {} failed", config.name(), e);
        lost = "channel " + config.name() + " failed: " + e;
      }
    }
    end(lost);
    if (lost != null) {
      try {
        listener.channelLost(lost, cause);
      } catch (RuntimeException e) {
        ChannelLog.LOG.warn("listener failed on the loss of channel {}", config.name(), e);
      }
    }
  }

  /** Returns null where the owner closed the channel, otherwise why it is lost. */
  private @Nullable String loop() {
    Aeron client = aeron;
    if (client == null) {
      throw new IllegalStateException("channel " + config.name() + " was not connected");
    }
    while (!closing) {
      long now = System.nanoTime();
      String lost = health(client, now);
      if (lost != null) {
        return closing ? null : lost;
      }
      int work = 0;
      for (int i = 0; i < sessions.size(); i++) {
        work += sessions.get(i).poll(POLL_LIMIT, now);
      }
      // An answer to what was just received goes out at once.
      work += accept(client, now);
      work += send(now);
      int housekeeping = turn(client);
      idle.idle(work, housekeeping, now, wanted);
    }
    return null;
  }

  private int turn(Aeron client) {
    int work = client.conductorAgentInvoker().invoke();
    if (driverInvoker != null) {
      // A turn of the driver moves one datagram per stream: go on while there are any.
      int moved = driverInvoker.invoke();
      for (int i = 1; moved > 0 && i < DRIVER_TURNS; i++) {
        work += moved;
        moved = driverInvoker.invoke();
      }
      work += moved;
    }
    return work;
  }

  private @Nullable String health(Aeron client, long now) {
    if (client.isClosed() || !client.conductorAgentInvoker().isRunning()) {
      return driverGone(lastError);
    }
    if (driverKilled) {
      return "the media driver in " + config.directory() + " was killed by a fault";
    }
    if (driverInvoker != null && !driverInvoker.isRunning()) {
      return "the media driver in " + config.directory() + " ended: " + lastError;
    }
    if (now - nextHealthCheck >= 0) {
      nextHealthCheck = now + HEALTH_CHECK_NANOS;
      if (controlFile != null && !Files.exists(controlFile)) {
        return controlFile + " was deleted (expected to live as long as its media driver)";
      }
    }
    return null;
  }

  private String driverGone(@Nullable Throwable why) {
    return "no media driver in " + config.directory() + " any more: " + why;
  }

  private int accept(Aeron client, long now) {
    int work = 0;
    for (OutFrame frame = incoming.poll(); frame != null; frame = incoming.poll()) {
      link(client, frame.to, now).add(frame);
      work++;
    }
    for (Endpoint peer = forgotten.poll(); peer != null; peer = forgotten.poll()) {
      for (Link link : links) {
        if (link.to().equals(peer)) {
          link.over(SendOutcome.FORGOTTEN, "");
        }
      }
      work++;
    }
    return work;
  }

  private Link link(Aeron client, Endpoint to, long now) {
    for (Link link : links) {
      if (link.to().equals(to) && link.end() == null) {
        return link;
      }
    }
    Link link = new Link(to, route(to), config, counters, hooks, client, now);
    if (full.getAsBoolean()) {
      link.over(
          SendOutcome.NO_STREAM,
          "No space left on device: " + config.directory() + " (brought about by a fault)");
    }
    links.add(link);
    return link;
  }

  private Link.Route route(Endpoint to) {
    if (self != null && self.sharesMemoryWith(to)) {
      return new Link.Route(
          "aeron:ipc?term-length=" + config.ipcTermLength() + "|mtu=" + config.ipcMtu(),
          to.stream(),
          true);
    }
    return new Link.Route(
        "aeron:udp?endpoint="
            + to.udp()
            + "|term-length="
            + config.termLength()
            + "|mtu="
            + config.udpMtu(),
        to.stream(),
        false);
  }

  private int send(long now) {
    int work = 0;
    for (int i = links.size() - 1; i >= 0; i--) {
      Link link = links.get(i);
      work += link.send(now);
      SendOutcome end = link.end();
      if (end != null) {
        links.remove(i);
        abandon(link, end, link.endDetail());
        if (end != SendOutcome.FORGOTTEN) {
          counters.linksLost.increment();
          tellPeerLost(link, end);
        }
      }
    }
    return work;
  }

  private void tellPeerLost(Link link, SendOutcome end) {
    try {
      listener.peerLost(link.to(), end.sentence() + ": " + link.endDetail());
    } catch (RuntimeException e) {
      ChannelLog.LOG.warn("listener failed on the loss of {}", link.to(), e);
    }
  }

  private void abandon(Link link, SendOutcome why, String detail) {
    for (OutFrame frame = link.pollLeft(); frame != null; frame = link.pollLeft()) {
      finish(frame, why, detail);
    }
    link.close();
    queued.computeIfPresent(link.to(), (to, count) -> count.get() == 0 ? null : count);
  }

  private void finish(OutFrame frame, SendOutcome outcome, String detail) {
    counters.unsent(outcome);
    frame.finish(outcome, detail);
  }

  private void onImage(Image image) {
    Authenticity known = authenticity;
    if (known == null) {
      throw new IllegalStateException("a stream before there was a subscription");
    }
    sessions.add(new Session(image, config, listener, counters, known));
  }

  private void onImageGone(Image image) {
    for (int i = sessions.size() - 1; i >= 0; i--) {
      if (sessions.get(i).of(image)) {
        sessions.remove(i).close("then the stream from " + image.sourceIdentity() + " ended");
      }
    }
  }

  private boolean wanted() {
    return closing || !incoming.isEmpty() || !forgotten.isEmpty();
  }

  @Override
  public void onError(Throwable error) {
    lastError = error;
    ChannelLog.LOG.warn("channel {}: {}", config.name(), error.toString());
  }

  private void end(@Nullable String lost) {
    refusing = true;
    SendOutcome outcome = lost == null ? SendOutcome.CHANNEL_CLOSED : SendOutcome.CHANNEL_LOST;
    String detail = lost == null ? "channel " + config.name() + " was closed" : lost;
    try {
      for (Link link : links) {
        abandon(link, outcome, detail);
      }
      links.clear();
      for (Session session : sessions) {
        session.close(detail);
      }
      sessions.clear();
      failIncoming();
      release();
    } catch (RuntimeException e) {
      ChannelLog.LOG.warn("channel {} did not end cleanly", config.name(), e);
    } finally {
      ended.countDown();
    }
  }

  private synchronized void failIncoming() {
    for (OutFrame frame = incoming.poll(); frame != null; frame = incoming.poll()) {
      finish(frame, SendOutcome.CHANNEL_CLOSED, "channel " + config.name() + " is closed");
    }
  }

  private void release() {
    CloseHelper.quietCloseAll(aeron, driver);
  }
}
