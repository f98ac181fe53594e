package org.estafette.actor.data;

import java.util.List;
import org.estafette.algorithm.data.Corpus;

/**
 * A corpus and how it came about.
 *
 * @param corpus the texts, in order of source and name
 * @param origin what was read: a path
 * @param notices what a user should know: files left out and why, one sentence each
 */
public record LoadedCorpus(Corpus corpus, String origin, List<String> notices) {
  /** Copies the notices. */
  public LoadedCorpus {
    notices = List.copyOf(notices);
  }
}
