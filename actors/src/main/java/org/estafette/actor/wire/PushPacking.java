package org.estafette.actor.wire;

import java.lang.ref.Reference;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Update;
import org.estafette.kernel.BlockQuantizer;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Lease;
import org.estafette.memory.VectorPool;
import org.jspecify.annotations.Nullable;

/**
 * How the tensors of a run's updates travel: as they are, or, where this node is told so, those of
 * pseudo-gradients packed. A pseudo-gradient that is not on the grid (it has NaN, or was made by a
 * strategy of one's own) travels as it is: packing loses nothing, ever. What comes in is read by
 * its length, whatever this node sends itself.
 */
public final class PushPacking {
  private static final BlockQuantizer EIGHT = BlockQuantizer.of(8);
  private static final BlockQuantizer FOUR = BlockQuantizer.of(4);

  private final long length;

  /** Null where pushes leave as they are. */
  private final @Nullable BlockQuantizer own;

  /**
   * @param length elements of every tensor
   * @param bits of an element of a pseudo-gradient that leaves: 32, or what {@link BlockQuantizer}
   *     takes
   */
  public PushPacking(long length, int bits) {
    this.length = length;
    this.own = bits == 32 ? null : BlockQuantizer.of(bits);
  }

  /** Elements of every tensor. */
  public long length() {
    return length;
  }

  /** Bytes of a tensor that travels as it is. */
  public long plainBytes() {
    return Float.BYTES * length;
  }

  /** Bytes of a push's tensor that leaves here and is on the grid. */
  public long pushBytes() {
    return own == null ? plainBytes() : own.packedBytes(length);
  }

  /**
   * A tensor as it is to be sent.
   *
   * @param payload of which vector
   * @param bytes how many bytes of it, from its start
   */
  public record Sent(Lease payload, long bytes) {}

  /**
   * The tensor of {@code update}, packed if it can be.
   *
   * @param pool where a vector for the packed form comes from; the update's own is closed then
   */
  public Sent pack(Update update, VectorPool pool) {
    Lease plain = UpdateCodec.payload(update);
    if (own == null
        || !(update instanceof PseudoGradient)
        || !(plain.vector() instanceof Float32Vector from)) {
      return new Sent(plain, plainBytes());
    }
    Lease packed = pool.lease();
    Float32Vector to = (Float32Vector) packed.vector();
    boolean fits = own.pack(from.address(), length, to.address());
    Reference.reachabilityFence(from);
    Reference.reachabilityFence(to);
    (fits ? plain : packed).close();
    return fits ? new Sent(packed, pushBytes()) : new Sent(plain, plainBytes());
  }

  /** Whether a tensor of an update of this run can have so many bytes. */
  public boolean canBe(long bytes) {
    return bytes == plainBytes() || form(bytes) != null;
  }

  /** The packed form that has so many bytes; of a single element, both have two. */
  private @Nullable BlockQuantizer form(long bytes) {
    if (own != null && own.packedBytes(length) == bytes) {
      return own;
    }
    return EIGHT.packedBytes(length) == bytes
        ? EIGHT
        : FOUR.packedBytes(length) == bytes ? FOUR : null;
  }

  /** What {@link #canBe} expects, in words. */
  public String expected() {
    return "expected %d, or packed %d or %d"
        .formatted(plainBytes(), EIGHT.packedBytes(length), FOUR.packedBytes(length));
  }

  /**
   * Unpacks, in its own place, the tensor of an update that has come in.
   *
   * @param bytes how many came, of which it {@link #canBe}
   * @throws UnreadableUpdateException where it is packed and must not be, or is no packed form; the
   *     tensor is of no use then
   */
  public void unpack(Update update, long bytes) throws UnreadableUpdateException {
    BlockQuantizer form = bytes == plainBytes() ? null : form(bytes);
    if (form == null) {
      return;
    }
    if (!(update instanceof PseudoGradient push)) {
      throw new UnreadableUpdateException(
          "payload=%d bytes in a %s (expected %d: only pseudo-gradients are packed)"
              .formatted(bytes, update.getClass().getSimpleName(), plainBytes()));
    }
    Float32Vector v = (Float32Vector) push.delta().vector();
    try {
      form.unpack(v.address(), length, v.address());
    } catch (IllegalArgumentException e) {
      throw new UnreadableUpdateException(String.valueOf(e.getMessage()));
    } finally {
      Reference.reachabilityFence(v);
    }
  }
}
