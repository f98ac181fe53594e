package org.estafette.actor.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.estafette.actor.checkpoint.StoredCheckpoint;
import org.estafette.actor.checkpoint.Transformers;
import org.estafette.algorithm.model.Generator;
import org.estafette.algorithm.model.Gpt;
import org.estafette.algorithm.model.GptConfig;
import org.estafette.algorithm.model.Sampling;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.Devices;
import org.estafette.memory.Float32Vector;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Samples from a trained GPT. */
@Command(
    name = "generate",
    description = "Continues a text with a trained GPT.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  estafette generate runs/run-20261120-190000 --prompt \"public class \"",
      "  estafette generate runs/run-20261120-190000/checkpoints/version-00000042 --tokens 500"
          + " --temperature 0.8",
    })
final class GenerateCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "CHECKPOINT",
      description = "A checkpoint, or a run folder for its newest.")
  Path path = Path.of("");

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "The text's beginning. Default: a line break.")
  String prompt = "\n";

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Bytes to add. Default: ${DEFAULT-VALUE}.")
  int tokens = 400;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 takes the likeliest byte always. Default: ${DEFAULT-VALUE}.")
  double temperature = 0.8;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description =
          "Only the K likeliest bytes are eligible; 0 for all. Default: ${DEFAULT-VALUE}.")
  int topK = 40;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Decides the choices. Default: ${DEFAULT-VALUE}.")
  long seed = 1;

  @Option(
      names = "--device",
      paramLabel = "D",
      description = "auto, cpu or cuda:N. Default: ${DEFAULT-VALUE}.")
  String device = "auto";

  @Override
  public Integer call() throws Exception {
    StoredCheckpoint checkpoint = Checkpoints.open(path);
    GptConfig config = Checkpoints.gpt(checkpoint);
    Float32Vector parameters = Float32Vector.allocate(config.layout().length());
    checkpoint.readModel(config.layout(), parameters, Transformers.gpt2Names());
    byte[] start = (prompt.isEmpty() ? "\n" : prompt).getBytes(StandardCharsets.UTF_8);
    int[] text = new int[start.length];
    for (int i = 0; i < text.length; i++) {
      text[i] = Byte.toUnsignedInt(start[i]);
    }
    PrintStream out = System.out;
    out.writeBytes(start);
    try (Device opened = Devices.open(device);
        Gpt gpt = new Gpt(opened, config, 1);
        DeviceArena arena = opened.allocate("parameters", parameters.length())) {
      opened.upload(parameters, arena.all().slice(0, parameters.length()));
      new Generator(gpt, arena.all().slice(0, parameters.length()))
          .generate(
              text,
              tokens,
              new Sampling(temperature, topK, seed),
              token -> {
                out.write(token);
                if (token == '\n') {
                  out.flush();
                }
              });
    }
    out.println();
    return ExitStatus.OK.code();
  }
}
