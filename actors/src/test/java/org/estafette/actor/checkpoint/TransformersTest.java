package org.estafette.actor.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.estafette.algorithm.model.GptConfig;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.Layout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds a GPT's checkpoint to the names and shapes of GPT2LMHeadModel's state. */
class TransformersTest {
  @TempDir Path folder;

  @Test
  void shouldWriteTheTensorsOfATiedGpt() throws IOException {
    assertThat(write(new GptConfig(256, 32, 1, 2, 8, true)))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("transformer.wte.weight", List.of(256L, 8L)),
                Map.entry("transformer.wpe.weight", List.of(32L, 8L)),
                Map.entry("transformer.h.0.ln_1.weight", List.of(8L)),
                Map.entry("transformer.h.0.ln_1.bias", List.of(8L)),
                Map.entry("transformer.h.0.attn.c_attn.weight", List.of(8L, 24L)),
                Map.entry("transformer.h.0.attn.c_attn.bias", List.of(24L)),
                Map.entry("transformer.h.0.attn.c_proj.weight", List.of(8L, 8L)),
                Map.entry("transformer.h.0.attn.c_proj.bias", List.of(8L)),
                Map.entry("transformer.h.0.ln_2.weight", List.of(8L)),
                Map.entry("transformer.h.0.ln_2.bias", List.of(8L)),
                Map.entry("transformer.h.0.mlp.c_fc.weight", List.of(8L, 32L)),
                Map.entry("transformer.h.0.mlp.c_fc.bias", List.of(32L)),
                Map.entry("transformer.h.0.mlp.c_proj.weight", List.of(32L, 8L)),
                Map.entry("transformer.h.0.mlp.c_proj.bias", List.of(8L)),
                Map.entry("transformer.ln_f.weight", List.of(8L)),
                Map.entry("transformer.ln_f.bias", List.of(8L))));
  }

  @Test
  void shouldLeaveTheHeadOfAnUntiedGptOutsideTheTransformer() throws IOException {
    assertThat(write(new GptConfig(256, 32, 2, 2, 8, false)))
        .hasSize(2 + 2 * 12 + 2 + 1)
        .containsEntry("lm_head.weight", List.of(256L, 8L));
  }

  private Map<String, List<Long>> write(GptConfig gpt) throws IOException {
    Layout layout = gpt.layout();
    Checkpoint checkpoint =
        Checkpoint.builder("run", 1)
            .model(layout, Float32Vector.allocate(layout.length()), Transformers.gpt2Names())
            .modelConfig(
                Transformers.gpt2Config(
                    gpt.vocabulary(),
                    gpt.context(),
                    gpt.layers(),
                    gpt.heads(),
                    gpt.width(),
                    gpt.tied()))
            .build();
    Path path = new CheckpointStore(folder, 1).write(checkpoint);
    JsonNode config = new ObjectMapper().readTree(path.resolve("config.json").toFile());
    assertThat(config.get("model_type").asText()).isEqualTo("gpt2");
    assertThat(config.get("n_embd").asInt()).isEqualTo(gpt.width());
    assertThat(config.get("n_positions").asInt()).isEqualTo(gpt.context());
    assertThat(config.get("tie_word_embeddings").asBoolean()).isEqualTo(gpt.tied());
    assertThat(config.get("eos_token_id").isNull()).isTrue();
    try (SafetensorsFile model = SafetensorsFile.open(path.resolve("model.safetensors"))) {
      return model.tensors().stream()
          .collect(Collectors.toMap(StoredTensor::name, StoredTensor::shape));
    }
  }
}
