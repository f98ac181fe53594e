package org.estafette.bench.step;

import org.estafette.algorithm.model.GptConfig;

/** The two sizes that are measured: byte-level GPTs with an output matrix of their own. */
enum StepSize {
  /** 128 wide, 4 layers, 4 heads, context 128, batch 16. */
  S(new GptConfig(GptConfig.BYTES, 128, 4, 4, 128, false), 16, 20, 60, 1.5, 1.8),
  /** 384 wide, 6 layers, 6 heads, context 256, batch 8. */
  M(new GptConfig(GptConfig.BYTES, 256, 6, 6, 384, false), 8, 2, 10, 1.3, 1.7);

  final GptConfig config;
  final int batch;

  /** Steps between two looks at the clock: about two seconds. */
  final int steps;

  /** Steps of one round in which not a byte is to be allocated. */
  final int allocationSteps;

  /** What the ratio to PyTorch is to reach. */
  final double wantedRatio;

  /** What two workers are to reach, as a multiple of one. */
  final double wantedScaling;

  StepSize(
      GptConfig config,
      int batch,
      int steps,
      int allocationSteps,
      double wantedRatio,
      double wantedScaling) {
    this.config = config;
    this.batch = batch;
    this.steps = steps;
    this.allocationSteps = allocationSteps;
    this.wantedRatio = wantedRatio;
    this.wantedScaling = wantedScaling;
  }

  int tokens() {
    return batch * config.context();
  }

  long parameters() {
    return config.layout().parameters();
  }

  /** What is called the GFLOPS of a step: 6 per parameter and token. */
  double gigaflops(double tokensPerSecond) {
    return 6e-9 * parameters() * tokensPerSecond;
  }
}
