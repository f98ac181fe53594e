package org.estafette.kernel;

import org.jspecify.annotations.Nullable;

/**
 * One way to compute matrix products, and whether it can be used here.
 *
 * @param name onednn, openblas or java
 * @param gemm the implementation; null where it is refused
 * @param reason one sentence: what it is, or why it is refused and what to do about it
 */
public record GemmProvider(String name, @Nullable Gemm gemm, String reason) {
  /** Whether this provider can be used. */
  public boolean available() {
    return gemm != null;
  }
}
