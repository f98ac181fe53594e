package org.estafette.actor.checkpoint;

import java.util.function.UnaryOperator;

/** Tensor names as Python's transformers expects them in {@code model.safetensors}. */
public final class TransformersNames {
  private TransformersNames() {}

  /**
   * For {@code GPT2LMHeadModel}: the layout's names are GPT-2's own ({@code wte.weight}, {@code
   * h.0.attn.c_attn.weight} …); the model with a head wants all but the head's under {@code
   * transformer.}, and refuses a file that mixes both forms.
   */
  public static UnaryOperator<String> gpt2() {
    return name -> name.startsWith("lm_head.") ? name : "transformer." + name;
  }
}
