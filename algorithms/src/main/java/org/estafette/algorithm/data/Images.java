package org.estafette.algorithm.data;

/**
 * A dataset whose rows are images: what models of images ask for. Batches are {@link Batch.Rows}
 * with the numbers of {@link #form} as features, so that models of plain rows can be trained on
 * images too.
 */
public interface Images extends Dataset {
  /** Size of every image. */
  ImageForm form();

  /** Number of classes; labels are 0 … classes − 1. */
  int classes();
}
