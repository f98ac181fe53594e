package org.estafette.actor.join;

/**
 * Which releases talk to each other. A release speaks the control protocol in a range of versions;
 * two of them can be in one cluster where the ranges have a version in common, which is the newest
 * of these. Tensors have one form only.
 *
 * <p>The version goes up with every message that an older release cannot do without, {@code oldest}
 * with the first release that no longer does without one. A field more is no new version: what is
 * not known is ignored, what is missing is null or 0.
 *
 * @param release name of the release
 * @param newest version that it speaks
 * @param oldest version that it still speaks; 0 of releases that did not say so
 * @param wire form of updates
 */
public record Protocol(String release, int newest, int oldest, int wire) {
  private static final int NEWEST = 1;
  // Releases before the first version said nothing, which is read as 0.
  private static final int OLDEST = 0;

  /**
   * What this release speaks.
   *
   * @param wire form of updates that it writes and reads
   */
  public static Protocol own(int wire) {
    String version = Protocol.class.getPackage().getImplementationVersion();
    return new Protocol(version == null ? "0.1.0-SNAPSHOT" : version, NEWEST, OLDEST, wire);
  }

  /** Why this release cannot be in a cluster of the other one; empty where it can. */
  public String refusal(Protocol cluster) {
    if (cluster.wire != wire) {
      return sentence(cluster, "updates of form " + cluster.wire, "form " + wire);
    }
    if (Math.min(newest, cluster.newest) < Math.max(oldest, cluster.oldest)) {
      return sentence(cluster, "protocol " + cluster.range(), range());
    }
    return "";
  }

  private String sentence(Protocol cluster, String theirs, String ours) {
    return "the cluster runs Estafette "
        + cluster.name()
        + " ("
        + theirs
        + "), this node "
        + name()
        + " ("
        + ours
        + "); install on this node a release that goes with the coordinator's, or the other way"
        + " round";
  }

  private String name() {
    return release.isEmpty() ? "of an unnamed release" : release;
  }

  private String range() {
    return oldest == newest ? Integer.toString(newest) : oldest + " … " + newest;
  }
}
