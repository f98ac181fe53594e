package org.estafette.memory.wrong;

import org.estafette.algorithm.wrong.KnowsTooMuch;

/** Memory that knows an algorithm, which knows it: a cycle. Never run. */
public final class Upward {
  KnowsTooMuch algorithm;
}
