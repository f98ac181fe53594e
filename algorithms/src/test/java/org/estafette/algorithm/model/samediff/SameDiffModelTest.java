package org.estafette.algorithm.model.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.examples.BringYourOwnGraph;
import org.estafette.device.Device;
import org.estafette.device.DeviceArena;
import org.estafette.device.DeviceVector;
import org.estafette.device.Devices;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.TensorSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class SameDiffModelTest {
  private final Device device = Devices.open("cpu");

  @AfterEach
  void close() {
    device.close();
  }

  @Test
  void shouldLayOutVariablesByNameAndInitialiseThemBySeedAlone() {
    SameDiffModel model = BringYourOwnGraph.model(device, 3, 5, 2);
    assertThat(model.layout().tensors())
        .extracting(TensorSpec::name)
        .containsExactly("b1", "b2", "w1", "w2");
    assertThat(model.layout().get("w1").shape()).containsExactly(3, 5);

    Float32Vector one = Float32Vector.allocate(model.layout().length());
    Float32Vector same = Float32Vector.allocate(model.layout().length());
    Float32Vector other = Float32Vector.allocate(model.layout().length());
    model.initialize(one, 7);
    BringYourOwnGraph.model(device, 3, 5, 2).initialize(same, 7);
    model.initialize(other, 8);
    assertThat(one.segment().mismatch(same.segment())).isEqualTo(-1);
    assertThat(one.segment().mismatch(other.segment())).isNotEqualTo(-1);
    assertThat(one.view(model.layout().get("b1")).squaredNorm()).isZero();
    assertThat(one.view(model.layout().get("w1")).squaredNorm()).isPositive();
  }

  @Test
  void shouldKeepGainsAtOne() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.FLOAT, -1, 4);
    sd.placeHolder("y", DataType.INT32, -1);
    SDVariable gain = sd.var("gain", Nd4j.ones(DataType.FLOAT, 4));
    x.mul(gain).mean("loss");
    SameDiffModel model = new SameDiffModel(device, sd, "x", "y", "loss");
    Float32Vector values = Float32Vector.allocate(model.layout().length());
    model.initialize(values, 1);
    for (int i = 0; i < 4; i++) {
      assertThat(values.get(i)).isEqualTo(1);
    }
  }

  @Test
  void shouldAgreeWithFiniteDifferences() {
    SameDiffModel model = BringYourOwnGraph.model(device, 3, 5, 2);
    Batch.Rows batch = blobs(16, 1);
    try (DeviceArena arena = device.allocate("test", 3 * model.layout().length())) {
      long n = model.layout().length();
      DeviceVector parameters = arena.all().slice(0, n);
      DeviceVector gradient = arena.all().slice(n, n);
      Float32Vector values = Float32Vector.allocate(n);
      model.initialize(values, 3);
      device.upload(values, parameters);
      device.fill(gradient, Float.NaN);
      double loss = model.lossAndGradient(batch, parameters, gradient);
      assertThat(loss).isCloseTo(model.loss(batch, parameters), within(1e-6));
      Float32Vector computed = Float32Vector.allocate(n);
      device.download(gradient, computed);

      int checked = 0;
      for (TensorSpec spec : model.layout().tensors()) {
        for (long i = spec.offset(); i < spec.offset() + spec.size(); i++) {
          double before = values.get(i);
          double h = 1e-2;
          values.set(i, before + h);
          device.upload(values, parameters);
          double up = model.loss(batch, parameters);
          values.set(i, before - h);
          device.upload(values, parameters);
          double down = model.loss(batch, parameters);
          values.set(i, before);
          assertThat(computed.get(i))
              .as("%s[%d]", spec.name(), i - spec.offset())
              .isCloseTo((up - down) / (2 * h), within(2e-4));
          checked++;
        }
      }
      assertThat(checked).isEqualTo(3 * 5 + 5 + 5 * 2 + 2);
      for (long i = 5; i < 16; i++) {
        assertThat(computed.get(i)).as("padding").isZero();
      }
    }
  }

  @Test
  void shouldLearnToTellBlobsApart() {
    SameDiffModel model = BringYourOwnGraph.model(device, 3, 8, 2);
    try (DeviceArena arena = device.allocate("test", 2 * model.layout().length())) {
      long n = model.layout().length();
      DeviceVector parameters = arena.all().slice(0, n);
      DeviceVector gradient = arena.all().slice(n, n);
      Float32Vector values = Float32Vector.allocate(n);
      model.initialize(values, 11);
      device.upload(values, parameters);
      Batch validation = blobs(200, 999);
      double before = model.loss(validation, parameters);
      for (int step = 0; step < 60; step++) {
        model.lossAndGradient(blobs(32, step), parameters, gradient);
        device.axpy(-1f, gradient, parameters);
      }
      double after = model.loss(validation, parameters);
      assertThat(before).isGreaterThan(0.5);
      assertThat(after).isLessThan(0.2);
    }
  }

  @Test
  void shouldFeedTokensAsNumbersOrOneHot() {
    for (DataType type : new DataType[] {DataType.INT32, DataType.FLOAT}) {
      SameDiff sd = SameDiff.create();
      SDVariable x = sd.placeHolder("tokens", DataType.INT32, -1, 4);
      SDVariable y =
          type == DataType.INT32
              ? sd.placeHolder("next", type, -1, 4)
              : sd.placeHolder("next", type, -1, 4, 6);
      SDVariable table = sd.var("table", Nd4j.zeros(DataType.FLOAT, 6, 6));
      SDVariable hot = type == DataType.INT32 ? sd.oneHot(y, 6) : y;
      SDVariable rows = sd.reshape(sd.oneHot(x, 6).castTo(DataType.FLOAT), -1, 6);
      SDVariable logits = sd.reshape(rows.mmul(table), -1, 4, 6);
      sd.nn().logSoftmax(logits).mul(hot).sum(2).neg().mean("loss");
      SameDiffModel model = new SameDiffModel(device, sd, "tokens", "next", "loss");
      Batch.Tokens batch = Batch.Tokens.of(2, 4);
      for (int i = 0; i < 8; i++) {
        batch.inputs()[i] = i % 6;
        batch.targets()[i] = (i + 1) % 6;
      }
      long n = model.layout().length();
      try (DeviceArena arena = device.allocate("test", 2 * n)) {
        DeviceVector parameters = arena.all().slice(0, n);
        DeviceVector gradient = arena.all().slice(n, n);
        assertThat(model.lossAndGradient(batch, parameters, gradient))
            .isCloseTo(Math.log(6), within(1e-5));
        float[] g = new float[36];
        device.download(gradient, g, 36);
        // Token 0 comes twice, each time followed by 1: two of eight samples.
        assertThat(g[1]).isCloseTo(2f / 8 * (1f / 6 - 1), within(1e-6f));
        assertThat(g[2]).isCloseTo(2f / 8 / 6, within(1e-6f));
      }
    }
  }

  @Test
  void shouldSayWhatIsWrongWithAGraph() {
    SameDiff graph = BringYourOwnGraph.graph(3, 4, 2);
    assertThatThrownBy(() -> new SameDiffModel(device, graph, "features", "labels", "los"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("loss=los: the graph has no such variable");
    assertThatThrownBy(() -> new SameDiffModel(device, graph, "x", "labels", "loss"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("placeholders are [features, labels] (expected inputs=x");
    SameDiff doubles = SameDiff.create();
    doubles.placeHolder("x", DataType.DOUBLE, -1, 2);
    doubles.placeHolder("y", DataType.INT32, -1);
    doubles.var("w", Nd4j.ones(DataType.DOUBLE, 2)).mean("loss");
    assertThatThrownBy(() -> new SameDiffModel(device, doubles, "x", "y", "loss"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("variable w: data type DOUBLE (expected FLOAT)");

    SameDiffModel model = BringYourOwnGraph.model(device, 3, 4, 2);
    try (DeviceArena arena = device.allocate("test", model.layout().length())) {
      Batch.Rows wrong = blobs(4, 1);
      wrong.labels()[2] = 2;
      assertThatThrownBy(() -> model.loss(wrong, arena.all()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("label 2 of sample 2 (expected 0 … 1)");
      assertThatThrownBy(() -> model.loss(Batch.Rows.of(4, 5), arena.all()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("placeholder features: a batch of shape [4, 5]");
    }
  }

  @Test
  void shouldRefuseGatherBecauseItsGradientIsWrong() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.INT32, -1, 4);
    sd.placeHolder("y", DataType.INT32, -1, 4);
    sd.gather(sd.var("table", Nd4j.ones(DataType.FLOAT, 6, 2)), x, 0).mean("loss");
    assertThatThrownBy(() -> new SameDiffModel(device, sd, "x", "y", "loss"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gathers from table")
        .hasMessageContaining("oneHot");
  }

  @Test
  void shouldRefuseALossThatIsNoScalar() {
    SameDiff sd = SameDiff.create();
    SDVariable x = sd.placeHolder("x", DataType.FLOAT, -1, 3);
    sd.placeHolder("y", DataType.INT32, -1);
    SDVariable w = sd.var("w", Nd4j.ones(DataType.FLOAT, 3));
    x.mul(w).sum("loss", 1);
    SameDiffModel model = new SameDiffModel(device, sd, "x", "y", "loss");
    try (DeviceArena arena = device.allocate("test", model.layout().length())) {
      assertThatThrownBy(() -> model.loss(blobs(4, 1), arena.all()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("expected a scalar");
    }
  }

  /** Three features; the class is the sign of the product of the first two, with a margin. */
  private static Batch.Rows blobs(int size, long seed) {
    Random random = new Random(seed);
    Batch.Rows rows = Batch.Rows.of(size, 3);
    for (int i = 0; i < size; i++) {
      boolean a = random.nextBoolean();
      boolean b = random.nextBoolean();
      rows.features()[3 * i] = (float) ((a ? 1.5 : -1.5) + 0.3 * random.nextGaussian());
      rows.features()[3 * i + 1] = (float) ((b ? 1.5 : -1.5) + 0.3 * random.nextGaussian());
      rows.features()[3 * i + 2] = (float) random.nextGaussian();
      rows.labels()[i] = a == b ? 1 : 0;
    }
    return rows;
  }
}
