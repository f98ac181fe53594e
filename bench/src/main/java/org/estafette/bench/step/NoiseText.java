package org.estafette.bench.step;

import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.Dataset;

/** Text by a formula: costs next to nothing and has something to learn. */
record NoiseText(int context) implements Dataset {
  @Override
  public int shards() {
    return 1;
  }

  @Override
  public long shardTokens(int shard) {
    return Long.MAX_VALUE;
  }

  @Override
  public Batch newBatch(int size) {
    return Batch.Tokens.of(size, context);
  }

  @Override
  public void fill(Batch batch, int shard, long step) {
    Batch.Tokens tokens = (Batch.Tokens) batch;
    long state = step * 7919 + 1;
    for (int i = 0; i < tokens.inputs().length; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      int token = 32 + (int) (state >>> 58);
      tokens.inputs()[i] = token;
      tokens.targets()[i] = (token * 5 + 1) & 127;
    }
  }

  @Override
  public void fillValidation(Batch batch, long step) {
    fill(batch, 0, -1 - step);
  }

  @Override
  public long validationBatches(int batchSize) {
    return 1;
  }
}
