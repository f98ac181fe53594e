package org.estafette.conformance;

/**
 * One replayed trace.
 *
 * @param name trace
 * @param worst largest difference seen, relative to max(1, |expected|); infinite where the form
 *     differs
 * @param tolerance what is allowed
 * @param remark where the worst was seen, or why the trace was not replayed
 */
record Check(String name, double worst, double tolerance, String remark) {
  boolean ok() {
    return worst <= tolerance;
  }

  String line(String file) {
    return "%-28s %-48s worst %9.3g  tolerance %7.1g  %s%s"
        .formatted(
            file,
            name,
            worst,
            tolerance,
            ok() ? "ok" : "FAIL",
            ok() || remark.isEmpty() ? "" : "  " + remark);
  }
}
