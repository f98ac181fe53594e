package org.estafette.algorithm;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

/** Whoever is built around a participant loses nothing of what it says. */
class ForwardingEffectsTest {
  @Test
  void everyEffectShouldBeHandedOnThoseWithADefaultToo() {
    for (Method effect : Effects.class.getMethods()) {
      assertThatCode(() ->
              ForwardingEffects.class.getDeclaredMethod(
                  effect.getName(), effect.getParameterTypes()))
          .as("%s", effect)
          .doesNotThrowAnyException();
    }
  }
}
