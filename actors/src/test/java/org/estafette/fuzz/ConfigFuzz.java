package org.estafette.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.ConfigReader;

/** Configurations as another node sends them: read, or refused with a message. */
public final class ConfigFuzz {
  private ConfigFuzz() {}

  /** A text of HOCON. */
  public static void fuzzerTestOneInput(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    try {
      ConfigReader.render(ConfigReader.parse(text, Map.of(), key -> {}));
    } catch (ConfigException e) {
      if (String.valueOf(e.getMessage()).isBlank()) {
        throw new IllegalStateException("refused without a word", e);
      }
    }
    int split = text.indexOf('=');
    if (split > 0) {
      try {
        ConfigReader.read(null, Map.of(text.substring(0, split), text.substring(split + 1)));
      } catch (ConfigException e) {
        return;
      }
    }
  }

  static List<byte[]> seeds() {
    List<String> texts = new ArrayList<>();
    texts.add("estafette { strategy = sync, outer { rule = nesterov, aggregation.rule = krum } }");
    texts.add("estafette.guard { norm-factor = 30, quarantine-after = 3 }\nakka.loglevel = DEBUG");
    texts.add(
        "estafette { workers { count = 4, speeds = [1, 0.5, 0.25, 0.1] }, grace.window = 2s }");
    texts.add("outer.rate=0.7");
    texts.add("topology.edges=[[0, 1], [1, 2]]");
    texts.add("data.path=/tmp/a b#c");
    texts.add("{\"estafette\": {\"model\": {\"mlp\": {\"hidden\": [4, ${?x}]}}}}");
    texts.add("estafette.seed = ${HOME} \"é\" // words");
    texts.add("estafette { seed = " + "[".repeat(200) + "]".repeat(200) + " }");
    // Found by fuzzing: no section where one is expected.
    texts.add("estafette = \"a\"");
    texts.add("estafette = null");
    texts.add("estafette = [1]");
    return texts.stream().map(t -> t.getBytes(StandardCharsets.UTF_8)).toList();
  }
}
