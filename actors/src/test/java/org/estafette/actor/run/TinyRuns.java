package org.estafette.actor.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.data.ReadProgress;
import org.estafette.actor.data.UnreadableDataException;

/** Runs so small that a test can afford a whole cluster: a GPT of one layer on a generated text. */
public final class TinyRuns {
  private TinyRuns() {}

  /** A text with a pattern that is soon learnt. */
  public static Path text(Path dir) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < 60_000; i++) {
      text.append("line ").append(i % 97).append(": the quick brown fox\n");
    }
    return Files.writeString(dir.resolve("tiny.txt"), text);
  }

  /** What makes the model tiny and the mailboxes, channels and checkpoints quick. */
  public static Map<String, String> settings(Path text, String... more) {
    Map<String, String> s = new LinkedHashMap<>();
    s.put("data.path", text.toString());
    s.put("model.gpt.layers", "1");
    s.put("model.gpt.heads", "2");
    s.put("model.gpt.width", "16");
    s.put("model.gpt.context", "16");
    s.put("model.batch", "2");
    s.put("local-steps.count", "5");
    s.put("inner.rate", "0.01");
    s.put("tokens", "12800");
    s.put("evaluation.every", "0.5");
    s.put("evaluation.batches", "4");
    s.put("channel.term", "512KiB");
    s.put("akka.loglevel", "WARNING");
    // A cluster of one node asks nobody to take its server over; it need not wait a second for it.
    s.put("akka.cluster.singleton.hand-over-retry-interval", "200ms");
    for (int i = 0; i < more.length; i += 2) {
      s.put(more[i], more[i + 1]);
    }
    return s;
  }

  /** The parts of such a run. */
  public static Workshop workshop(Path text, String... more) throws UnreadableDataException {
    RunConfig config = ConfigReader.read(null, settings(text, more));
    return Workshop.open(config, ReadProgress.NONE, notice -> {});
  }
}
