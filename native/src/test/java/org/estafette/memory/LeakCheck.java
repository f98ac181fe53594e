package org.estafette.memory;

import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves a lease open, and shows where the lease was taken. Pools must be made in
 * the test or its set-up: {@code @ExtendWith(LeakCheck.class)}.
 */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback {
  private LeakDetection detection;

  @Override
  public void beforeEach(ExtensionContext context) {
    detection = LeakDetection.begin();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    detection.close();
    List<String> leaks = detection.leaks();
    if (!leaks.isEmpty() && context.getExecutionException().isEmpty()) {
      throw new AssertionError(leaks.size() + " leases\n" + String.join("\n", leaks));
    }
  }
}
