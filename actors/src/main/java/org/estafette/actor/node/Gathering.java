package org.estafette.actor.node;

import java.util.HashMap;
import java.util.Map;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;

/** The workers' parameters, as they are asked for and come in. */
final class Gathering implements AutoCloseable {
  private final long id;
  private final boolean last;
  private final Map<Integer, Integer> missing = new HashMap<>();
  private final ParameterMean mean = new ParameterMean();

  /**
   * @param id names the question
   * @param last whether the run ends with it
   * @param asked who is asked
   */
  Gathering(long id, boolean last, Iterable<WorkerTable.Entry> asked) {
    this.id = id;
    this.last = last;
    asked.forEach(e -> missing.put(e.id().slot(), e.incarnation()));
  }

  long id() {
    return id;
  }

  boolean last() {
    return last;
  }

  /** Takes an answer; false where it answers another question, or nobody who was asked. */
  boolean take(NeighbourModel answer) {
    Header h = answer.header();
    if (h.version() != id || !missing.remove(h.sender().slot(), h.incarnation())) {
      return false;
    }
    mean.add(answer.parameters());
    return true;
  }

  /** That life of the worker will not answer. */
  void gone(int slot, int incarnation) {
    missing.remove(slot, incarnation);
  }

  boolean complete() {
    return missing.isEmpty();
  }

  /** Answers so far. */
  int count() {
    return mean.count();
  }

  /** Workers that have not answered. */
  java.util.Set<Integer> missing() {
    return missing.keySet();
  }

  ParameterMean.Result result() {
    return mean.take();
  }

  @Override
  public void close() {
    mean.close();
  }
}
