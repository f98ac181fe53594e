package org.estafette.actor.checkpoint;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Told of every change to the file system just before it is made, so that tests can stop the world
 * between any two of them.
 */
@FunctionalInterface
interface CrashPoints {
  /** In a run: nothing happens. */
  CrashPoints NONE = (step, path) -> {};

  /** What is about to be done. */
  enum Step {
    MAKE_FOLDER,
    OPEN,
    WRITE,
    FORCE,
    FORCE_FOLDER,
    RENAME,
    DELETE
  }

  /** Before the step is taken on that file or folder. */
  void before(Step step, Path path) throws IOException;
}
