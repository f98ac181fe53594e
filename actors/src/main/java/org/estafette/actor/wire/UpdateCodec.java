package org.estafette.actor.wire;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.estafette.algorithm.Assignment;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/**
 * The head of an update, beside its tensor: version, kind, header, and what the kind adds. Little
 * endian, at most {@link #MAX_BYTES}; texts are cut to {@link #MAX_TEXT} bytes.
 */
public final class UpdateCodec {
  /** Version of this form; a node that reads another one refuses the update. */
  public static final byte VERSION = 2;

  /** No head is longer. */
  public static final int MAX_BYTES = 1024;

  private static final int MAX_TEXT = 256;
  private static final byte PUSH = 1;
  private static final byte MODEL = 2;
  private static final byte NEIGHBOUR_MODEL = 3;
  private static final byte NEIGHBOUR_SHARE = 4;
  private static final byte WELCOME = 0;
  private static final byte APPLIED = 1;
  private static final byte REFUSED = 2;
  private static final byte NO_WORK = 0;
  private static final byte A_ROUND = 1;

  /** With what the round after it will be. */
  private static final byte TWO_ROUNDS = 2;

  private UpdateCodec() {}

  /**
   * The head of {@code update}.
   *
   * @throws IllegalArgumentException for a merged push, which never travels
   */
  public static byte[] write(Update update) {
    ByteBuffer b = ByteBuffer.allocate(MAX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    b.put(VERSION);
    switch (update) {
      case PseudoGradient push -> {
        b.put(PUSH);
        header(b, push.header());
        RoundReport r = push.report();
        b.putInt(r.steps())
            .putLong(r.tokens())
            .putDouble(r.seconds())
            .putDouble(r.meanLoss())
            .putInt(r.shard());
      }
      case GlobalModel model -> {
        b.put(MODEL);
        header(b, model.header());
        b.putLong(model.answers());
        outcome(b, model.outcome());
        Assignment a = model.assignment();
        b.put(a == null ? NO_WORK : a.ahead() == null ? A_ROUND : TWO_ROUNDS);
        if (a != null) {
          assignment(b, a);
        }
      }
      case NeighbourModel model -> {
        b.put(NEIGHBOUR_MODEL);
        header(b, model.header());
        passage(b, model.passage());
      }
      case NeighbourShare share -> {
        b.put(NEIGHBOUR_SHARE);
        header(b, share.header());
        passage(b, share.passage());
      }
      case MergedPush merged ->
          throw new IllegalArgumentException(
              "a merged push of " + merged.members().size() + " does not travel");
    }
    return java.util.Arrays.copyOf(b.array(), b.position());
  }

  /** The tensor of {@code update}. */
  public static Lease payload(Update update) {
    return switch (update) {
      case PseudoGradient push -> push.delta();
      case GlobalModel model -> model.parameters();
      case NeighbourModel model -> model.parameters();
      case NeighbourShare share -> share.values();
      case MergedPush merged ->
          throw new IllegalArgumentException(
              "a merged push of " + merged.members().size() + " does not travel");
    };
  }

  /**
   * The update whose head is {@code head}; it owns {@code payload} only if this returns.
   *
   * @throws UnreadableUpdateException where the head is of another version, cut short or has values
   *     that cannot be
   */
  public static Update read(ByteBuffer head, Lease payload) throws UnreadableUpdateException {
    ByteBuffer b = head.slice().order(ByteOrder.LITTLE_ENDIAN);
    try {
      byte version = b.get();
      if (version != VERSION) {
        throw new UnreadableUpdateException(
            "update head version=" + version + " (expected " + VERSION + ")");
      }
      byte kind = b.get();
      Header header = header(b);
      return switch (kind) {
        case PUSH ->
            new PseudoGradient(
                header,
                payload,
                new RoundReport(b.getInt(), b.getLong(), b.getDouble(), b.getDouble(), b.getInt()));
        case MODEL -> new GlobalModel(header, payload, b.getLong(), outcome(b), assignment(b));
        case NEIGHBOUR_MODEL -> new NeighbourModel(header, passage(b), payload);
        case NEIGHBOUR_SHARE -> new NeighbourShare(header, passage(b), payload);
        default -> throw new UnreadableUpdateException("update kind=" + kind + " (expected 1 … 4)");
      };
    } catch (BufferUnderflowException e) {
      throw new UnreadableUpdateException("update head of " + b.limit() + " bytes is cut short");
    } catch (IllegalArgumentException e) {
      throw new UnreadableUpdateException("update head: " + e.getMessage());
    }
  }

  private static void header(ByteBuffer b, Header h) {
    b.putLong(h.run()).putInt(h.sender().slot()).putInt(h.incarnation()).putLong(h.sequence());
    b.putLong(h.epoch()).putLong(h.version()).putLong(h.round());
  }

  private static Header header(ByteBuffer b) throws UnreadableUpdateException {
    long run = b.getLong();
    int slot = b.getInt();
    if (slot < -1) {
      throw new UnreadableUpdateException("sender slot=" + slot + " (expected >= -1)");
    }
    return new Header(
        run, new PeerId(slot), b.getInt(), b.getLong(), b.getLong(), b.getLong(), b.getLong());
  }

  private static void passage(ByteBuffer b, Passage p) {
    b.putInt(p.exchange()).putInt(p.part()).putDouble(p.mass());
  }

  private static Passage passage(ByteBuffer b) {
    return new Passage(b.getInt(), b.getInt(), b.getDouble());
  }

  private static void outcome(ByteBuffer b, Outcome outcome) {
    switch (outcome) {
      case Outcome.Welcome w -> b.put(WELCOME);
      case Outcome.Applied a ->
          b.put(APPLIED).putLong(a.version()).putLong(a.staleness()).putDouble(a.weight());
      case Outcome.Refused r -> {
        b.put(REFUSED);
        text(b, r.reason().name());
        text(b, r.detail());
      }
    }
  }

  private static Outcome outcome(ByteBuffer b) throws UnreadableUpdateException {
    byte kind = b.get();
    return switch (kind) {
      case WELCOME -> new Outcome.Welcome();
      case APPLIED -> new Outcome.Applied(b.getLong(), b.getLong(), b.getDouble());
      case REFUSED -> new Outcome.Refused(Refusal.valueOf(text(b)), text(b));
      default ->
          throw new UnreadableUpdateException("outcome kind=" + kind + " (expected 0, 1 or 2)");
    };
  }

  private static void assignment(ByteBuffer b, Assignment a) {
    b.putLong(a.round());
    order(b, a.order());
    text(b, a.reason());
    if (a.ahead() != null) {
      order(b, a.ahead());
    }
  }

  private static void order(ByteBuffer b, TrainOrder o) {
    b.putInt(o.steps()).putInt(o.shard()).putLong(o.shardStep());
    b.putDouble(o.scheduleStep()).putDouble(o.scheduleStride());
  }

  private static @Nullable Assignment assignment(ByteBuffer b) throws UnreadableUpdateException {
    byte rounds = b.get();
    if (rounds == NO_WORK) {
      return null;
    }
    if (rounds != A_ROUND && rounds != TWO_ROUNDS) {
      throw new UnreadableUpdateException("rounds=" + rounds + " (expected 0, 1 or 2)");
    }
    return new Assignment(b.getLong(), order(b), text(b), rounds == TWO_ROUNDS ? order(b) : null);
  }

  private static TrainOrder order(ByteBuffer b) {
    return new TrainOrder(b.getInt(), b.getInt(), b.getLong(), b.getDouble(), b.getDouble());
  }

  private static void text(ByteBuffer b, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int n = Math.min(bytes.length, MAX_TEXT);
    b.putShort((short) n).put(bytes, 0, n);
  }

  private static String text(ByteBuffer b) throws UnreadableUpdateException {
    int n = b.getShort();
    if (n < 0 || n > MAX_TEXT) {
      throw new UnreadableUpdateException(
          "text of " + n + " bytes (expected 0 … " + MAX_TEXT + ")");
    }
    byte[] bytes = new byte[n];
    b.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
