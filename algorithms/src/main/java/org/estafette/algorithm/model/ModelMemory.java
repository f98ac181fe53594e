package org.estafette.algorithm.model;

import org.estafette.device.DeviceVector;

/**
 * Device memory that a model asks for, beside parameters and gradient: so much is allocated in one
 * piece with the trainer's own.
 */
public interface ModelMemory {
  /** For a model that sees to its memory itself. */
  ModelMemory ITS_OWN =
      new ModelMemory() {
        @Override
        public long elements() {
          return 0;
        }

        @Override
        public String purpose() {
          return "nothing";
        }

        @Override
        public void workIn(DeviceVector memory) {}
      };

  /** 4-byte elements; 0 where nothing is to be given. */
  long elements();

  /** What it holds, in words: for the message where it does not fit. */
  String purpose();

  /**
   * Gives it. Called at most once, before the first loss; a model that is used without it allocates
   * its own.
   *
   * @param memory at least so many zeros, aligned to 64 bytes; the model's alone until it is
   *     closed, and not to be given back by it. Where this throws, it is not used any more
   */
  void workIn(DeviceVector memory);
}
