package org.estafette.bench.step;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.estafette.algorithm.model.GptConfig;

/**
 * Writes the same GPT as a TorchScript module, so that PyTorch runs forward and loss as one call
 * with its own fused layer norm, GELU, attention (scaled_dot_product_attention) and cross-entropy.
 * DJL has no method for the fused attention; a TorchScript module reaches it.
 *
 * <p>The module has no state: its arguments are inputs, targets and the parameters in the order of
 * the layout, matrices as [in, out].
 */
final class TorchScriptGpt {
  /** Pickle of an object of class Gpt that is in training mode and has no tensors. */
  private static final String OBJECT =
      "\u0080\u0002c__torch__\nGpt\nq\0)\u0081}(X\b\0\0\0trainingq\u0001\u0088ubq\u0003.";

  /** Pickle of an empty tuple. */
  private static final String CONSTANTS = "\u0080\u0002).";

  private TorchScriptGpt() {}

  /** Writes the archive for batches of that size. */
  static void write(Path file, GptConfig config, int batch) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setLevel(0);
      put(zip, "gpt/data.pkl", latin(OBJECT));
      put(zip, "gpt/code/__torch__.py", code(config, batch).getBytes(UTF_8));
      put(zip, "gpt/constants.pkl", latin(CONSTANTS));
      put(zip, "gpt/version", "10\n".getBytes(UTF_8));
    }
  }

  private static byte[] latin(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(content);
    zip.closeEntry();
  }

  private static String code(GptConfig config, int batch) {
    int t = config.context();
    int c = config.width();
    StringBuilder s = new StringBuilder(4096);
    s.append("class Gpt(Module):\n");
    s.append("  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
    s.append("  def forward(self: __torch__.Gpt,\n    x: Tensor,\n    y: Tensor");
    int count = config.layout().tensors().size();
    for (int p = 0; p < count; p++) {
      s.append(",\n    p").append(p).append(": Tensor");
    }
    s.append(") -> Tensor:\n");
    line(s, "h = torch.add(torch.embedding(p0, x), p1)");
    int p = 2;
    for (int l = 0; l < config.layers(); l++, p += 12) {
      line(s, "a = torch.layer_norm(h, [%d], p%d, p%d)", c, p, p + 1);
      line(s, "a = torch.addmm(p%d, torch.view(a, [-1, %d]), p%d)", p + 3, c, p + 2);
      line(s, "q, k, v = torch.split(torch.view(a, [%d, %d, %d]), %d, 2)", batch, t, 3 * c, c);
      for (String name : new String[] {"q", "k", "v"}) {
        line(
            s,
            "%s = torch.transpose(torch.view(%s, [%d, %d, %d, %d]), 1, 2)",
            name,
            name,
            batch,
            t,
            config.heads(),
            config.headWidth());
      }
      line(s, "a = torch.scaled_dot_product_attention(q, k, v, None, 0., True)");
      line(s, "a = torch.reshape(torch.transpose(a, 1, 2), [-1, %d])", c);
      line(s, "a = torch.addmm(p%d, a, p%d)", p + 5, p + 4);
      line(s, "h = torch.add(h, torch.view(a, [%d, %d, %d]))", batch, t, c);
      line(s, "a = torch.layer_norm(h, [%d], p%d, p%d)", c, p + 6, p + 7);
      line(s, "a = torch.addmm(p%d, torch.view(a, [-1, %d]), p%d)", p + 9, c, p + 8);
      line(s, "a = torch.gelu(a, approximate=\"tanh\")");
      line(s, "a = torch.addmm(p%d, a, p%d)", p + 11, p + 10);
      line(s, "h = torch.add(h, torch.view(a, [%d, %d, %d]))", batch, t, c);
    }
    line(s, "h = torch.layer_norm(h, [%d], p%d, p%d)", c, p, p + 1);
    int output = config.tied() ? 0 : p + 2;
    line(s, "a = torch.linear(torch.view(h, [-1, %d]), p%d)", c, output);
    line(s, "return torch.cross_entropy_loss(a, torch.view(y, [-1]))");
    return s.toString();
  }

  private static void line(StringBuilder s, String format, Object... args) {
    s.append("    ").append(String.format(java.util.Locale.ROOT, format, args)).append('\n');
  }
}
