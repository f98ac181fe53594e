package org.estafette.kernel;

import java.util.ArrayList;
import java.util.List;

/** Every combination of coefficients that are there and not there, in all four forms. */
public final class LinearSteps {
  private LinearSteps() {}

  public static List<LinearStep> everyForm() {
    List<LinearStep> steps = new ArrayList<>();
    for (double gradient : new double[] {0, 0.07}) {
      steps.add(LinearStep.plain(gradient));
      for (double momentum : new double[] {0, 0.3}) {
        steps.add(LinearStep.momentum(0.9, 0.11, momentum, gradient));
        steps.add(LinearStep.accumulate(0.25, momentum, gradient));
        for (double buffer : new double[] {0, 0.6}) {
          steps.add(LinearStep.refresh(0.9, 0.2, 0.25, momentum, gradient, buffer));
        }
      }
      for (double buffer : new double[] {0, 0.6}) {
        steps.add(LinearStep.refresh(0, 0, 0.25, 0, gradient, buffer));
      }
    }
    return steps;
  }
}
