package org.estafette.algorithm.model;

import org.estafette.algorithm.data.Batch;
import org.estafette.algorithm.data.Dataset;

/** A dataset that always gives one and the same batch. */
public record OneBatch(Batch batch) implements Dataset {
  @Override
  public int shards() {
    return 1;
  }

  @Override
  public long shardTokens(int shard) {
    return batch.tokens();
  }

  @Override
  public Batch newBatch(int size) {
    return switch (batch) {
      case Batch.Tokens t -> Batch.Tokens.of(size, t.length());
      case Batch.Rows r -> Batch.Rows.of(size, r.width());
    };
  }

  @Override
  public void fill(Batch into, int shard, long step) {
    switch (batch) {
      case Batch.Tokens t -> {
        Batch.Tokens to = (Batch.Tokens) into;
        System.arraycopy(t.inputs(), 0, to.inputs(), 0, t.inputs().length);
        System.arraycopy(t.targets(), 0, to.targets(), 0, t.targets().length);
      }
      case Batch.Rows r -> {
        Batch.Rows to = (Batch.Rows) into;
        System.arraycopy(r.features(), 0, to.features(), 0, r.features().length);
        System.arraycopy(r.labels(), 0, to.labels(), 0, r.labels().length);
      }
    }
  }

  @Override
  public void fillValidation(Batch into, long step) {
    fill(into, 0, step);
  }

  @Override
  public long validationBatches(int batchSize) {
    return 1;
  }
}
