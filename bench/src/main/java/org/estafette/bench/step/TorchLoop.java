package org.estafette.bench.step;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.model.Gpt;
import org.estafette.device.Devices;
import org.estafette.memory.Float32Vector;
import org.estafette.memory.TensorSpec;

/**
 * The same model, first values, data and optimizer on PyTorch: forward and loss as one TorchScript
 * call, autograd, and libtorch's AdamW over every tensor.
 */
final class TorchLoop implements StepLoop {
  private static final float RATE = 3e-4f;
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;

  private final StepSize size;
  private final NDManager manager;
  private final PtSymbolBlock module;
  private final List<NDArray> parameters = new ArrayList<>();
  private final List<NDArray> means = new ArrayList<>();
  private final List<NDArray> variances = new ArrayList<>();
  private final NoiseText text;
  private final Batch.Tokens batch;
  private final long[] inputs;
  private final long[] targets;
  private long step;

  TorchLoop(StepSize size) throws IOException {
    this.size = size;
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    System.setProperty("ai.djl.pytorch.num_threads", "1");
    manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    JniUtils.setNumThreads(1);
    Path file = Files.createTempFile("gpt", ".pt");
    try {
      TorchScriptGpt.write(file, size.config, size.batch);
      module =
          JniUtils.loadModule(
              (PtNDManager) manager, file, false, new String[0], new String[0], false);
    } finally {
      Files.delete(file);
    }
    initialize();
    text = new NoiseText(size.config.context());
    batch = Batch.Tokens.of(size.batch, size.config.context());
    inputs = new long[size.tokens()];
    targets = new long[size.tokens()];
  }

  private void initialize() {
    try (Gpt gpt = new Gpt(Devices.open("cpu"), size.config, 1)) {
      Float32Vector first = Float32Vector.allocate(gpt.layout().length());
      gpt.initialize(first, 1);
      for (TensorSpec spec : gpt.layout().tensors()) {
        Float32Vector view = first.view(spec);
        float[] values = new float[Math.toIntExact(view.length())];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) view.get(i);
        }
        Shape shape = new Shape(spec.shape().stream().mapToLong(Integer::longValue).toArray());
        NDArray tensor = manager.create(values, shape);
        tensor.setRequiresGradient(true);
        parameters.add(tensor);
        means.add(manager.zeros(shape));
        variances.add(manager.zeros(shape));
      }
    }
  }

  /** Version, threads and kernels of the library. */
  static String description() {
    return "PyTorch " + Engine.getEngine("PyTorch").getVersion() + " through DJL";
  }

  @Override
  public double run(int steps) {
    double loss = Double.NaN;
    for (int i = 0; i < steps; i++) {
      loss = step();
    }
    return loss;
  }

  private double step() {
    text.fill(batch, 0, step++);
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = batch.inputs()[i];
      targets[i] = batch.targets()[i];
    }
    try (NDManager scope = manager.newSubManager();
        GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
      Shape shape = new Shape(size.batch, size.config.context());
      NDList arguments = new NDList(scope.create(inputs, shape), scope.create(targets, shape));
      arguments.addAll(parameters);
      NDArray loss = IValueUtils.forward(module, arguments, true).singletonOrThrow();
      loss.attach(scope);
      collector.backward(loss);
      double value = loss.getFloat();
      update();
      return value;
    }
  }

  private void update() {
    float corrected =
        (float) (RATE * Math.sqrt(1 - Math.pow(BETA2, step)) / (1 - Math.pow(BETA1, step)));
    for (int i = 0; i < parameters.size(); i++) {
      NDArray x = parameters.get(i);
      try (NDArray gradient = x.getGradient()) {
        x.getNDArrayInternal()
            .adamUpdate(
                new NDList(x, gradient, means.get(i), variances.get(i)),
                new NDList(x),
                RATE,
                corrected,
                0.1f,
                1f,
                -1f,
                BETA1,
                BETA2,
                1e-8f,
                false,
                true);
        JniUtils.zeroGrad((PtNDArray) x);
      }
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
