package org.estafette.algorithm.model;

import org.estafette.device.AttentionShape;
import org.estafette.device.Device;
import org.estafette.device.DeviceVector;

/**
 * Everything that a pass through a GPT writes: one piece of memory, cut once. R rows (tokens of all
 * sequences of a pass), C the width, V the vocabulary.
 */
final class GptActivations {
  /** R ints. */
  final DeviceVector inputs;

  /** R ints. */
  final DeviceVector targets;

  final Block[] blocks;

  /** R×C: what enters the last layer norm. */
  final DeviceVector residual;

  /** R×C. */
  final DeviceVector norm;

  final DeviceVector normMean;
  final DeviceVector normRstd;

  /** R×V. */
  final DeviceVector logits;

  /** R×C: a branch before it joins the residual; in the backward pass the gradient of one. */
  final DeviceVector branch;

  /** R×C: gradient of the residual stream. */
  final DeviceVector dResidual;

  /** R×3C. */
  final DeviceVector dQkv;

  /** R×4C. */
  final DeviceVector dHidden;

  final DeviceVector scratch;

  /**
   * Cuts them.
   *
   * @param memory {@link #elements} or more
   */
  GptActivations(Device device, GptConfig config, int sequences, DeviceVector memory) {
    this(device, config, sequences, new Cutter(memory));
  }

  private GptActivations(Device device, GptConfig config, int sequences, Cutter cut) {
    int rows = Math.multiplyExact(sequences, config.context());
    long width = (long) rows * config.width();
    AttentionShape shape =
        new AttentionShape(sequences, config.context(), config.heads(), config.headWidth());
    inputs = cut.next(rows);
    targets = cut.next(rows);
    blocks = new Block[config.layers()];
    for (int l = 0; l < blocks.length; l++) {
      blocks[l] = new Block(cut, rows, width, device.attentionKept(shape));
    }
    residual = cut.next(width);
    norm = cut.next(width);
    normMean = cut.next(rows);
    normRstd = cut.next(rows);
    logits = cut.next((long) rows * config.vocabulary());
    branch = cut.next(width);
    dResidual = cut.next(width);
    dQkv = cut.next(3 * width);
    dHidden = cut.next(4 * width);
    scratch = cut.next(device.attentionScratch(shape));
  }

  /** Elements that they take. */
  static long elements(Device device, GptConfig config, int sequences) {
    // Cut from a vector without an end: so the size is that of what is cut.
    Cutter cut = new Cutter(new DeviceVector(0, Long.MAX_VALUE));
    var _ = new GptActivations(device, config, sequences, cut);
    return cut.end;
  }

  /** Cuts a vector into aligned pieces, one after another. */
  private static final class Cutter {
    private final DeviceVector all;
    private long end;

    Cutter(DeviceVector all) {
      this.all = all;
    }

    DeviceVector next(long elements) {
      DeviceVector piece = all.slice(end, elements);
      end += (elements + 15) / 16 * 16;
      return piece;
    }
  }

  /** What one transformer block keeps for its gradient. */
  static final class Block {
    /** R×C: what enters the block. */
    final DeviceVector in;

    final DeviceVector norm1;
    final DeviceVector mean1;
    final DeviceVector rstd1;

    /** R×3C. */
    final DeviceVector qkv;

    final DeviceVector kept;

    /** R×C. */
    final DeviceVector attended;

    /** R×C: what enters the second layer norm. */
    final DeviceVector middle;

    final DeviceVector norm2;
    final DeviceVector mean2;
    final DeviceVector rstd2;

    /** R×4C: what enters the GELU, and behind it the slope there. */
    final DeviceVector up;

    /** R×4C, behind the GELU. */
    final DeviceVector hidden;

    private Block(Cutter cut, int rows, long width, long kept) {
      in = cut.next(width);
      norm1 = cut.next(width);
      mean1 = cut.next(rows);
      rstd1 = cut.next(rows);
      qkv = cut.next(3 * width);
      this.kept = cut.next(kept);
      attended = cut.next(width);
      middle = cut.next(width);
      norm2 = cut.next(width);
      mean2 = cut.next(rows);
      rstd2 = cut.next(rows);
      up = cut.next(4 * width);
      hidden = cut.next(4 * width);
    }
  }
}
