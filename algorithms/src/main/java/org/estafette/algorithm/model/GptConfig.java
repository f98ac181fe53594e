package org.estafette.algorithm.model;

import org.estafette.memory.Layout;

/**
 * Sizes of a GPT-2-like language model.
 *
 * @param vocabulary different tokens; 256 for bytes
 * @param context most tokens that it sees at once, T
 * @param layers transformer blocks, L
 * @param heads attention heads of a block
 * @param width elements of a token's vector, C; a multiple of {@code heads}
 * @param tied whether the output uses the token table instead of a matrix of its own
 */
public record GptConfig(
    int vocabulary, int context, int layers, int heads, int width, boolean tied) {
  /** Vocabulary of a model over bytes. */
  public static final int BYTES = 256;

  /**
   * @throws IllegalArgumentException where a size is below 1 or the width cannot be split into
   *     heads
   */
  public GptConfig {
    if (vocabulary < 1 || context < 1 || layers < 1 || heads < 1 || width < 1) {
      throw new IllegalArgumentException(
          "vocabulary=%d, context=%d, layers=%d, heads=%d, width=%d (expected all >= 1)"
              .formatted(vocabulary, context, layers, heads, width));
    }
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          "width=%d (expected a multiple of heads=%d)".formatted(width, heads));
    }
  }

  /** A tied model over bytes. */
  public static GptConfig ofBytes(int context, int layers, int heads, int width) {
    return new GptConfig(BYTES, context, layers, heads, width, true);
  }

  /** Elements of a head's query. */
  public int headWidth() {
    return width / heads;
  }

  /**
   * The tensors, in the names and orientations of the state dict of {@code GPT2LMHeadModel} in
   * Python's transformers, without the prefix {@code transformer.}: matrices of the blocks are [in,
   * out], tables [rows, width].
   */
  public Layout layout() {
    Layout.Builder b = Layout.builder();
    b.add("wte.weight", vocabulary, width);
    b.add("wpe.weight", context, width);
    for (int l = 0; l < layers; l++) {
      String h = "h." + l + ".";
      b.add(h + "ln_1.weight", width).add(h + "ln_1.bias", width);
      b.add(h + "attn.c_attn.weight", width, 3 * width).add(h + "attn.c_attn.bias", 3 * width);
      b.add(h + "attn.c_proj.weight", width, width).add(h + "attn.c_proj.bias", width);
      b.add(h + "ln_2.weight", width).add(h + "ln_2.bias", width);
      b.add(h + "mlp.c_fc.weight", width, 4 * width).add(h + "mlp.c_fc.bias", 4 * width);
      b.add(h + "mlp.c_proj.weight", 4 * width, width).add(h + "mlp.c_proj.bias", width);
    }
    b.add("ln_f.weight", width).add("ln_f.bias", width);
    if (!tied) {
      b.add("lm_head.weight", vocabulary, width);
    }
    return b.build();
  }
}
