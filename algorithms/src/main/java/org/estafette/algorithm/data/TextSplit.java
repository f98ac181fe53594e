package org.estafette.algorithm.data;

import java.util.List;
import org.estafette.algorithm.random.CounterRandom;

/**
 * Which text is kept for validation. Neither way depends on the seed, so runs of different seeds
 * are measured on the same text, and no training window reaches into validation text.
 */
public enum TextSplit {
  /** {@link #BY_DOCUMENT} for {@value #MANY_DOCUMENTS} documents or more, else {@link #TAIL}. */
  AUTO,
  /**
   * Whole documents, chosen by a hash of source and name: a document stays on its side when others
   * come and go.
   */
  BY_DOCUMENT,
  /**
   * The end of every document, from the first line that begins there. For a few long documents: the
   * usual split of a single file (nanoGPT).
   */
  TAIL;

  /** Number of documents from which on whole ones can be spared. */
  static final int MANY_DOCUMENTS = 50;

  private static final long KEY = CounterRandom.key("validation split");

  TextSplit resolve(List<Document> documents) {
    if (this != AUTO) {
      return this;
    }
    return documents.size() >= MANY_DOCUMENTS ? BY_DOCUMENT : TAIL;
  }

  /** Whether a document is kept for validation as a whole. */
  static boolean isValidation(Document document, double fraction) {
    return CounterRandom.uniform(CounterRandom.key(KEY, hash(document)), 0) < fraction;
  }

  /** A number of the document's own, the same on every machine. */
  static long hash(Document document) {
    return CounterRandom.key(
        CounterRandom.key(document.source()), CounterRandom.key(document.name()));
  }
}
