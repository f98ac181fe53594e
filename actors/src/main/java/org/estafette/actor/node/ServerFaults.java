package org.estafette.actor.node;

/** Who can do to the server what a fault asks for. */
interface ServerFaults {
  /** Nobody: there is no other node that could take it over. */
  ServerFaults NONE =
      new ServerFaults() {
        @Override
        public String refusal() {
          return "no other node can take the server over; train --processes --standby starts one";
        }

        @Override
        public void kill() {}
      };

  /** Its process, without a word to anybody: others stand by, and take the server over. */
  ServerFaults PROCESS =
      new ServerFaults() {
        /** As by SIGKILL. */
        private static final int KILLED = 137;

        @Override
        public String refusal() {
          return "";
        }

        @Override
        public void kill() {
          Runtime.getRuntime().halt(KILLED);
        }
      };

  /** Why the server cannot be killed; empty where it can. */
  String refusal();

  /** Kills it as a crash would. */
  void kill();
}
