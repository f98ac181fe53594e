package org.estafette.actor.join;

/**
 * What looking at an address has shown.
 *
 * @param kind what it is
 * @param seen what was seen
 * @param expected what was expected instead; empty where all is well
 * @param remedy what to do; empty where all is well
 */
public record Finding(Kind kind, String seen, String expected, String remedy) {
  /** What can be the matter with an address. */
  public enum Kind {
    /** A node answers there. */
    WELL,
    /** The name has no address. */
    UNRESOLVED,
    /** Nothing listens there. */
    REFUSED,
    /** Nothing comes back. */
    SILENT,
    /** The machine has no way there. */
    NO_ROUTE,
    /** Something else listens there. */
    NOT_A_NODE,
    /** It speaks TLS, and this node does not. */
    TLS_THERE,
    /** This node speaks TLS, and it does not. */
    TLS_HERE,
    /** This node gives an address that means another machine's own self to the others. */
    LOOPBACK_HERE,
    /** It is reached at one address and calls itself by another. */
    OTHER_ADDRESS,
    /** It listens, and no answer comes back. */
    NO_ANSWER,
    /** It is a release that this one does not talk to. */
    OTHER_RELEASE,
    /** Its port for tensors does not answer. */
    NO_TENSORS
  }

  /** Whether nothing is the matter. */
  public boolean well() {
    return kind == Kind.WELL;
  }

  /** As one sentence. */
  public String sentence() {
    return seen
        + (expected.isEmpty() ? "" : " (expected " + expected + ")")
        + (remedy.isEmpty() ? "" : "; " + remedy);
  }
}
