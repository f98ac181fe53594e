package org.estafette.actor.node;

import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.security.KeyFolder;
import org.jspecify.annotations.Nullable;

/** Compares the keys of a run with a node's own, by what names them. */
final class KeyDifference {
  private KeyDifference() {}

  /**
   * Why the two do not fit and what to do; empty where they fit.
   *
   * @param run fingerprint of the run's channel key; null or empty for none
   * @param at where the run was asked
   */
  static String between(@Nullable String run, RunConfig.Security own, String at) {
    String theirs = run == null ? "" : run;
    String ours;
    try {
      ours = KeyFolder.of(own).map(KeyFolder::channelFingerprint).orElse("");
    } catch (ConfigException e) {
      return String.valueOf(e.getMessage()); // It was well when the node began.
    }
    if (theirs.equals(ours)) {
      return "";
    }
    String seen =
        "the channel key of the run at "
            + at
            + (theirs.isEmpty() ? " is missing" : " is " + theirs)
            + ", this node's "
            + (ours.isEmpty() ? "is missing" : "is " + ours + ", in " + own.keys());
    return seen
        + " (expected the same); tensors of one would be refused by the other. `estafette keys"
        + " add --host HOST`, where the run's keys were made, makes a folder for this node; name it"
        + " with --keys DIR or security.keys";
  }
}
