package org.estafette.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * The matrix-product providers in the order of preference: oneDNN, OpenBLAS, pure Java. The system
 * property {@value #PROPERTY} names one to use instead of the first that works.
 */
public final class GemmProviders {
  /** System property that names the provider to use. */
  public static final String PROPERTY = "estafette.gemm";

  private GemmProviders() {}

  /** All providers, tried once per JVM, each with its reason. */
  public static List<GemmProvider> all() {
    return Tried.ALL;
  }

  /**
   * The provider to use.
   *
   * @throws IllegalStateException where the named provider is unknown or refused
   */
  public static Gemm get() {
    String wanted = System.getProperty(PROPERTY, "auto");
    List<String> names = new ArrayList<>();
    for (GemmProvider provider : Tried.ALL) {
      names.add(provider.name());
      Gemm gemm = provider.gemm();
      if (wanted.equals("auto") && gemm != null) {
        return gemm;
      }
      if (wanted.equals(provider.name())) {
        if (gemm == null) {
          throw new IllegalStateException(
              PROPERTY + "=" + wanted + " cannot be used: " + provider.reason());
        }
        return gemm;
      }
    }
    throw new IllegalStateException(
        PROPERTY + "=" + wanted + " (expected auto or one of " + names + ")");
  }

  private static final class Tried {
    static final List<GemmProvider> ALL =
        List.of(
            attempt(GemmOneDnn.NAME, GemmOneDnn::open),
            attempt(GemmOpenBlas.NAME, GemmOpenBlas::open),
            attempt(GemmJava.NAME, GemmJava::open));

    private static GemmProvider attempt(String name, Opening opening) {
      try {
        Gemm gemm = opening.open();
        return new GemmProvider(name, gemm, gemm.description() + ".");
      } catch (GemmUnavailableException e) {
        return new GemmProvider(name, null, String.valueOf(e.getMessage()));
      }
    }
  }

  @FunctionalInterface
  private interface Opening {
    Gemm open() throws GemmUnavailableException;
  }
}
