package org.estafette.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import org.estafette.device.AttentionShape;
import org.estafette.device.Device;
import org.estafette.device.DeviceVector;

/** The operations of {@link Device} on sizes that are awkward: 1, odd, just beside a tile. */
final class OpCases {
  private static final int[][] MATRICES = {
    {1, 1}, {1, 4}, {3, 5}, {7, 33}, {33, 64}, {5, 132}, {70, 20}, {2, 768}, {300, 7}
  };

  private final Numbers numbers;
  private final List<Case> cases = new ArrayList<>();

  private OpCases(long seed) {
    this.numbers = new Numbers(seed);
  }

  /** All cases, whose numbers are decided by the seed. */
  static List<Case> all(long seed) {
    OpCases c = new OpCases(seed);
    c.vectors();
    c.quantized();
    c.steps();
    c.products();
    for (int[] m : MATRICES) {
      c.rows(m[0], m[1]);
      c.norms(m[0], m[1]);
      c.losses(m[0], m[1]);
    }
    c.losses(2, 50257);
    c.embeddings(9, 4, 5, 3);
    c.embeddings(600, 12, 37, 7);
    c.embeddings(5, 8, 260, 11);
    for (int[] s :
        new int[][] {
          {1, 1, 1, 1},
          {2, 5, 3, 7},
          {1, 33, 2, 32},
          {1, 65, 1, 64},
          {2, 131, 2, 32},
          {1, 64, 1, 96},
          {1, 97, 2, 128},
          {1, 40, 2, 80},
          {1, 200, 1, 64}
        }) {
      c.attention(new AttentionShape(s[0], s[1], s[2], s[3]));
    }
    return c.cases;
  }

  private void add(String name, java.util.function.Consumer<Side> work) {
    cases.add(new Case(name, work));
  }

  private void vectors() {
    for (int n : new int[] {1, 3, 16, 1000, 70_001}) {
      float[] a = numbers.normal(n);
      float[] b = numbers.normal(n);
      add(
          "vectors n=" + n,
          s -> {
            DeviceVector x = s.of(a);
            DeviceVector y = s.of(b);
            DeviceVector out = s.empty(n);
            s.device.add(out, x, y);
            s.result(out);
            s.device.subtract(out, x, y);
            s.result(out);
            s.device.axpy(0.7f, x, y);
            s.result(y);
            s.device.scale(y, -1.3f);
            s.result(y);
            s.device.copy(y, out);
            s.result(out);
            s.result(s.device.squaredNorm(x));
            s.result(s.device.dot(x, x));
            s.device.fill(out, 2.5f);
            s.result(out);
          });
    }
    float[] c = numbers.normal(103);
    add(
        "parts that are not aligned",
        s -> {
          DeviceVector x = s.of(c);
          DeviceVector out = s.empty(99);
          s.device.add(out.slice(1, 98), x.slice(3, 98), x.slice(2, 98));
          s.device.fill(out.slice(0, 1), 0);
          s.result(out);
        });
  }

  private void quantized() {
    for (int n : new int[] {1, 3, 255, 257, 1030, 70_001}) {
      float[] a = numbers.normal(n);
      for (int bits : new int[] {8, 4}) {
        add(
            "quantize bits=" + bits + " n=" + n,
            s -> {
              DeviceVector x = s.of(a);
              s.device.quantize(x, bits, 31L * n);
              s.result(x);
              DeviceVector y = s.of(a);
              s.device.quantize(y.slice(n / 2, n - n / 2), bits, -n);
              s.result(y);
            });
      }
    }
  }

  private void steps() {
    for (int n : new int[] {1, 7, 64, 5003}) {
      float[] start = numbers.normal(n);
      float[] gradient = numbers.normal(n);
      float[] first = numbers.normal(n, 0.1);
      float[] second = numbers.positive(n);
      add(
          "optimizer steps n=" + n,
          s -> {
            DeviceVector x = s.of(start);
            DeviceVector g = s.of(gradient);
            DeviceVector m = s.of(first);
            DeviceVector v = s.of(second);
            s.device.sgdStep(x, g, 0.1, 0.01, 0.5);
            s.result(x);
            s.device.momentumStep(x, m, g, 0.1, 0.9, false, 0.01, 0.5);
            s.device.momentumStep(x, m, g, 0.1, 0.9, true, 0.01, 0.5);
            s.result(x);
            s.result(m);
            s.device.adamWStep(x, m, v, g, 1e-3, 0.9, 0.95, 1e-8, 0.1, 3, 0.5);
            s.result(x);
            s.result(m);
            s.result(v);
          });
    }
  }

  private void products() {
    int[][] sizes = {{1, 1, 1}, {3, 5, 7}, {17, 33, 9}, {64, 8, 70}};
    for (int[] z : sizes) {
      for (int form = 0; form < 8; form++) {
        boolean transA = (form & 1) != 0;
        boolean transB = (form & 2) != 0;
        boolean accumulate = (form & 4) != 0;
        float[] a = numbers.normal((long) z[0] * z[2]);
        float[] b = numbers.normal((long) z[2] * z[1]);
        float[] c = numbers.normal((long) z[0] * z[1]);
        add(
            "product %dx%dx%d %s%s%s"
                .formatted(
                    z[0],
                    z[1],
                    z[2],
                    transA ? "T" : "N",
                    transB ? "T" : "N",
                    accumulate ? " added" : ""),
            s -> {
              DeviceVector out = accumulate ? s.of(c) : s.empty(c.length);
              DeviceVector left = s.of(a);
              DeviceVector right = s.of(b);
              s.device.multiply(transA, transB, z[0], z[1], z[2], left, right, accumulate, out);
              s.result(out);
            });
      }
    }
  }

  private void rows(int r, int c) {
    int n = r * c;
    float[] a = numbers.normal(n, 1.5);
    float[] d = numbers.normal(n, 0.3);
    float[] b = numbers.normal(c);
    String size = " " + r + "x" + c;
    add(
        "bias" + size,
        s -> {
          DeviceVector bias = s.of(b);
          DeviceVector x = s.of(a);
          s.device.addBias(x, bias, r, c);
          s.result(x);
          DeviceVector sums = s.of(b);
          s.device.biasGradient(sums, s.of(d), r, c);
          s.result(sums);
        });
    add(
        "activations" + size,
        s -> {
          DeviceVector bias = s.of(b);
          DeviceVector relu = s.of(a);
          s.device.biasRelu(relu, bias, r, c);
          s.result(relu);
          DeviceVector tanh = s.of(a);
          s.device.biasTanh(tanh, bias, r, c);
          s.result(tanh);
          // Outputs that both sides have alike: a sign that rounding turns is all of a gradient.
          DeviceVector out = s.of(d);
          DeviceVector back = s.of(a);
          s.device.reluBackward(back, out, n);
          s.result(back);
          back = s.of(a);
          s.device.tanhBackward(back, out, n);
          s.result(back);
        });
    add(
        "GELU" + size,
        s -> {
          DeviceVector x = s.of(a);
          DeviceVector out = s.empty(n);
          s.device.biasGelu(out, x, s.of(b), r, c);
          s.result(out);
          s.result(x);
          DeviceVector back = s.of(d);
          DeviceVector sums = s.of(b);
          s.device.biasGeluBackward(back, sums, x, r, c);
          s.result(back);
          s.result(sums);
        });
  }

  private void norms(int r, int c) {
    if (c < 7) {
      return; // Hardly anything is left of a short row without its mean, and rounding is all of it.
    }
    int n = r * c;
    float[] a = numbers.normal(n, 2);
    float[] branch = numbers.normal(n);
    float[] d = numbers.normal(n);
    float[] g = numbers.positive(c);
    float[] b = numbers.normal(c);
    add(
        "layer norm " + r + "x" + c,
        s -> {
          DeviceVector out = s.empty(n);
          DeviceVector mean = s.empty(r);
          DeviceVector rstd = s.empty(r);
          DeviceVector x = s.of(a);
          DeviceVector gamma = s.of(g);
          s.device.layerNorm(out, mean, rstd, x, gamma, s.of(b), r, c);
          s.result(out);
          s.result(rstd);
          DeviceVector sum = s.empty(n);
          s.device.residualLayerNorm(
              out, sum, mean, rstd, x, s.of(branch), s.of(b), gamma, s.of(b), r, c);
          s.result(out);
          s.result(sum);
          DeviceVector dIn = s.empty(n);
          DeviceVector dGamma = s.of(b);
          DeviceVector dBeta = s.of(b);
          DeviceVector dOut = s.of(d);
          s.device.layerNormBackward(dIn, dGamma, dBeta, dOut, sum, mean, rstd, gamma, r, c, false);
          s.result(dIn);
          s.device.layerNormBackward(dIn, dGamma, dBeta, dOut, sum, mean, rstd, gamma, r, c, true);
          s.result(dIn);
          s.result(dGamma);
          s.result(dBeta);
        });
  }

  private void losses(int r, int c) {
    float[] a = numbers.normal((long) r * c, 3);
    int[] t = numbers.below(r, c);
    add(
        "cross entropy " + r + "x" + c,
        s -> {
          DeviceVector targets = s.of(t);
          DeviceVector logits = s.of(a);
          s.result(s.device.crossEntropy(logits, targets, r, c));
          s.result(s.device.crossEntropyBackward(logits, targets, r, c, 0.25f));
          if (c > 1) {
            s.result(logits);
          }
        });
  }

  private void embeddings(int rows, int period, int width, int vocabulary) {
    int[] t = numbers.below(rows, vocabulary);
    float[] table = numbers.normal((long) vocabulary * width);
    float[] places = numbers.normal((long) period * width);
    float[] d = numbers.normal((long) rows * width);
    add(
        "embedding %dx%d of %d, period %d".formatted(rows, width, vocabulary, period),
        s -> {
          DeviceVector tokens = s.of(t);
          DeviceVector x = s.of(table);
          DeviceVector y = s.of(places);
          DeviceVector out = s.empty((long) rows * width);
          s.device.embedding(out, tokens, x, y, rows, period, width);
          s.result(out);
          s.device.embeddingBackward(x, y, tokens, s.of(d), rows, period, width);
          s.result(x);
          s.result(y);
        });
  }

  private void attention(AttentionShape a) {
    long n = (long) a.rows() * a.width();
    float[] x = numbers.normal(3 * n);
    float[] d = numbers.normal(n);
    add(
        "attention " + a.toString().replace("AttentionShape", ""),
        s -> {
          DeviceVector out = s.empty(n);
          DeviceVector kept = s.empty(s.device.attentionKept(a));
          DeviceVector qkv = s.of(x);
          s.device.attention(out, kept, qkv, a);
          s.result(out);
          DeviceVector dQkv = s.empty(3 * n);
          DeviceVector scratch = s.empty(s.device.attentionScratch(a));
          s.device.attentionBackward(dQkv, s.of(d), out, kept, qkv, scratch, a);
          s.result(dQkv);
        });
  }
}
