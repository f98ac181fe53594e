package org.estafette.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each fuzz target with its seeds and some hundred inputs made of them. {@code dev/fuzz TARGET}
 * looks for longer, guided by coverage; what it finds becomes a seed.
 */
class FuzzTargetsTest {
  private static final int INPUTS = 500;

  @ParameterizedTest
  @EnumSource
  void noInputShouldDoMoreThanBeRefused(FuzzTarget target) {
    List<byte[]> seeds = target.seeds();
    assertThat(seeds).isNotEmpty();
    for (byte[] seed : seeds) {
      give(target, seed, "a seed");
    }
    Long one = Long.getLong("estafette.seed");
    for (long seed = one == null ? 0 : one; seed < (one == null ? INPUTS : one + 1); seed++) {
      give(target, new Mutations(seed).next(seeds), "seed " + seed);
    }
  }

  private static void give(FuzzTarget target, byte[] data, String which) {
    try {
      target.input.accept(data);
    } catch (Throwable e) {
      throw new AssertionError(
          "%s, %s: %s%ninput in Base64: %s%nreplay: mvn test -pl actors -am -Dtest=FuzzTargetsTest -Dtest.argLine=-Destafette.seed=N"
              .formatted(target, which, e, Base64.getEncoder().encodeToString(data)),
          e);
    }
  }
}
