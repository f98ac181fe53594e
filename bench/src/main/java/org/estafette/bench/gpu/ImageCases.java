package org.estafette.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import org.estafette.device.ConvolutionShape;
import org.estafette.device.DeviceVector;
import org.estafette.device.GroupShape;
import org.estafette.kernel.Windows;

/** The operations on images. */
final class ImageCases {
  private final Numbers numbers;
  private final List<Case> cases = new ArrayList<>();

  private ImageCases(long seed) {
    this.numbers = new Numbers(seed);
  }

  static List<Case> all(long seed) {
    ImageCases c = new ImageCases(seed);
    for (int channels : new int[] {1, 3, 16}) {
      c.convolution(new ConvolutionShape(3, new Windows(7, 5, channels, 3, 3, 1, 1), 6));
      c.convolution(new ConvolutionShape(2, new Windows(6, 7, channels, 3, 3, 2, 1), 17));
      c.convolution(new ConvolutionShape(4, new Windows(3, 3, channels, 1, 1, 1, 0), 5));
      c.convolution(new ConvolutionShape(3, new Windows(5, 4, channels, 1, 1, 2, 0), 8));
      c.convolution(new ConvolutionShape(1, new Windows(2, 2, channels, 5, 5, 1, 2), 1));
      c.pools(2, Windows.tiles(6, 8, channels, 2));
      c.pools(3, Windows.whole(5, 3, channels));
      c.pools(1, new Windows(7, 7, channels, 3, 3, 2, 0));
      c.pools(2, new Windows(5, 6, channels, 2, 3, 1, 0));
    }
    c.group(new GroupShape(2, 9, 6, 3));
    c.group(new GroupShape(1, 300, 4, 1));
    c.group(new GroupShape(5, 16, 16, 4));
    c.group(new GroupShape(3, 7, 5, 5));
    return c.cases;
  }

  private void convolution(ConvolutionShape c) {
    float[] in = numbers.normal(c.inSize());
    float[] weight = numbers.normal(c.weightSize());
    float[] d = numbers.normal(c.outSize());
    cases.add(
        new Case(
            "convolution " + c.toString().replace("ConvolutionShape", ""),
            s -> {
              DeviceVector x = s.of(in);
              DeviceVector w = s.of(weight);
              DeviceVector dOut = s.of(d);
              DeviceVector scratch = s.empty(s.device.images().convolutionScratch(c));
              DeviceVector out = s.empty(c.outSize());
              s.device.images().convolution(out, x, w, scratch, c);
              s.result(out);
              DeviceVector dWeight = s.of(weight);
              s.device.images().convolutionWeightGradient(dWeight, dOut, x, scratch, c);
              s.result(dWeight);
              DeviceVector dIn = s.empty(c.inSize());
              s.device.images().convolutionInputGradient(dIn, dOut, w, scratch, c);
              s.result(dIn);
            }));
  }

  private void pools(int images, Windows w) {
    // Few different numbers, so that windows have several largest ones.
    float[] in = numbers.normal((long) images * w.imageSize());
    for (int i = 0; i < in.length; i++) {
      in[i] = Math.round(in[i]);
    }
    long outs = (long) images * w.count() * w.channels();
    float[] d = numbers.normal(outs);
    cases.add(
        new Case(
            "pooling of " + images + " " + w,
            s -> {
              DeviceVector x = s.of(in);
              DeviceVector dOut = s.of(d);
              DeviceVector out = s.empty(outs);
              DeviceVector dIn = s.empty(in.length);
              s.device.images().averagePool(out, x, w, images);
              s.result(out);
              s.device.images().averagePoolBackward(dIn, dOut, w, images);
              s.result(dIn);
              s.device.images().maxPool(out, x, w, images);
              s.result(out);
              s.device.images().maxPoolBackward(dIn, dOut, out, x, w, images);
              s.result(dIn);
              s.device.images().relu(x, in.length);
              s.result(x);
            }));
  }

  private void group(GroupShape g) {
    float[] in = numbers.normal(g.size(), 2);
    float[] d = numbers.normal(g.size());
    float[] scale = numbers.positive(g.channels());
    float[] shift = numbers.normal(g.channels());
    cases.add(
        new Case(
            "group norm " + g.toString().replace("GroupShape", ""),
            s -> {
              DeviceVector x = s.of(in);
              DeviceVector gamma = s.of(scale);
              DeviceVector out = s.empty(g.size());
              DeviceVector mean = s.empty(g.kept());
              DeviceVector rstd = s.empty(g.kept());
              s.device.images().groupNorm(out, mean, rstd, x, gamma, s.of(shift), g);
              s.result(out);
              s.result(mean);
              s.result(rstd);
              DeviceVector dOut = s.of(d);
              DeviceVector dGamma = s.of(shift);
              DeviceVector dBeta = s.of(shift);
              DeviceVector work = s.empty(2L * g.channels());
              s.device
                  .images()
                  .groupNormBackward(dOut, dGamma, dBeta, dOut, x, mean, rstd, gamma, work, g);
              s.result(dOut);
              s.result(dGamma);
              s.result(dBeta);
            }));
  }
}
