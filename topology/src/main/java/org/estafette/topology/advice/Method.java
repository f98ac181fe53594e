package org.estafette.topology.advice;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How models, or what replaces them, travel over a graph: what a plan is judged by. */
public enum Method {
  /** RelaySum of models, or its mixed form. */
  RELAY("relay", "relay-sgd", "relay-model", "relay-mix", "async-relay"),
  /** RelaySum of gradients. */
  RELAY_GRAD("relay-grad", "relay-sgd-grad"),
  /** Plain averaging of models with the neighbours. */
  GOSSIP("gossip", "dp-sgd", "dpsgd"),
  /** D²: gossip with a correction for differing data. */
  D2("d2", "d-squared"),
  /** D² over (W + I) / 2. */
  EXACT_DIFFUSION("exact-diffusion"),
  /** Gossip of models and of gradients' sums. */
  GRADIENT_TRACKING("gradient-tracking"),
  /** Gossip with momentum from what the model did as a whole. */
  QUASI_GLOBAL("quasi-global", "qg", "qg-sgd", "qg-adam", "qg-heavy-ball", "qg-nesterov"),
  /** Mass and weights along directed edges. */
  PUSH_SUM("push-sum", "sgp", "async-push-sum"),
  /** Pairs that average whenever they meet. */
  AD_PSGD("ad-psgd", "adpsgd");

  private final List<String> names;

  Method(String... names) {
    this.names = List.of(names);
  }

  /** The name that configuration and reports use. */
  public String shown() {
    return names.getFirst();
  }

  /**
   * By any of its names; capitals and underscores do not matter.
   *
   * @throws IllegalArgumentException for an unknown name
   */
  public static Method named(String name) {
    String plain = name.strip().toLowerCase(Locale.ROOT).replace('_', '-');
    for (Method method : values()) {
      if (method.names.contains(plain)) {
        return method;
      }
    }
    throw new IllegalArgumentException(
        "method="
            + name
            + " (expected one of "
            + String.join(", ", Arrays.stream(values()).map(Method::shown).toList())
            + ")");
  }
}
