package org.estafette.actor.checkpoint;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.estafette.actor.halt.HaltPoints;

/**
 * Asked before every change that a {@link CheckpointStore} makes to the disk: whether this process
 * may still write, and, in tests and fault plans, whether the disk has room.
 */
@FunctionalInterface
public interface WriteGuard {
  /** Refuses nothing. */
  WriteGuard NONE = (step, path) -> {};

  /**
   * Before a step is taken.
   *
   * @param step {@code make-folder}, {@code open}, {@code write}, {@code force}, {@code
   *     force-folder}, {@code rename} or {@code delete}
   * @throws IOException to refuse it: the checkpoint is not written then, and the others stay
   */
  void before(String step, Path path) throws IOException;

  /** Asks the claim before a checkpoint is begun and before it gets its name. */
  static WriteGuard of(Epochs.Claim claim) {
    return (step, path) -> {
      if (step.equals("make-folder") || step.equals("rename")) {
        claim.check();
      }
    };
  }

  /** Refuses what is written while the disk is said to be full; for faults. */
  static WriteGuard full(BooleanSupplier says) {
    return (step, path) -> {
      if (step.equals("write") && says.getAsBoolean()) {
        throw new FileSystemException(
            path.toString(), null, "No space left on device (brought about by a fault)");
      }
    };
  }

  /** This one, then another. */
  default WriteGuard and(WriteGuard next) {
    return (step, path) -> {
      before(step, path);
      next.before(step, path);
    };
  }

  /** A step's name. */
  static String name(CrashPoints.Step step) {
    return step.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** As crash points of a store, at which a process that is armed may also die. */
  static CrashPoints points(java.util.function.Supplier<WriteGuard> guard) {
    return (step, path) -> {
      HaltPoints.reached(HaltPoints.CHECKPOINT + name(step));
      guard.get().before(name(step), path);
    };
  }
}
