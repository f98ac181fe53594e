package org.estafette.actor.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What Python's transformers expects of a folder that {@code GPT2LMHeadModel.from_pretrained} can
 * load.
 */
public final class Transformers {
  private Transformers() {}

  /**
   * Tensor names: the layout's are GPT-2's own ({@code wte.weight}, {@code h.0.attn.c_attn.weight}
   * …); the model with a head wants all but the head's under {@code transformer.}, and refuses a
   * file that mixes both forms.
   */
  public static UnaryOperator<String> gpt2Names() {
    return name -> name.startsWith("lm_head.") ? name : "transformer." + name;
  }

  /**
   * The content of {@code config.json} for a GPT of pre-LayerNorm blocks, learned positions and
   * GELU by tanh, without dropout.
   *
   * @param vocabulary tokens
   * @param context most positions
   * @param layers blocks
   * @param heads heads of each
   * @param width elements of a row
   * @param tied whether the token table is the output matrix too
   */
  public static Map<String, Object> gpt2Config(
      int vocabulary, int context, int layers, int heads, int width, boolean tied) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_type", "gpt2");
    config.put("architectures", List.of("GPT2LMHeadModel"));
    config.put("vocab_size", vocabulary);
    config.put("n_positions", context);
    config.put("n_ctx", context);
    config.put("n_embd", width);
    config.put("n_layer", layers);
    config.put("n_head", heads);
    config.put("n_inner", 4 * width);
    config.put("activation_function", "gelu_new");
    config.put("layer_norm_epsilon", 1e-5);
    config.put("resid_pdrop", 0.0);
    config.put("embd_pdrop", 0.0);
    config.put("attn_pdrop", 0.0);
    config.put("scale_attn_weights", true);
    config.put("tie_word_embeddings", tied);
    // A model over bytes has no token that begins or ends a text.
    config.put("bos_token_id", null);
    config.put("eos_token_id", null);
    config.put("torch_dtype", "float32");
    return config;
  }
}
