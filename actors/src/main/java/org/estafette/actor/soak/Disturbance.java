package org.estafette.actor.soak;

import java.util.Locale;

/** Something that is done to a run from outside. */
sealed interface Disturbance {
  /** One word for tables. */
  String kind();

  /** SIGKILL to the process of a worker. */
  record KillWorker(int worker) implements Disturbance {
    @Override
    public String kind() {
      return "kill-worker";
    }

    @Override
    public String toString() {
      return "SIGKILL to the process of worker " + worker;
    }
  }

  /** SIGKILL to the process that has the server. */
  record KillServer() implements Disturbance {
    @Override
    public String kind() {
      return "kill-server";
    }

    @Override
    public String toString() {
      return "SIGKILL to the server's process";
    }
  }

  /** SIGKILL to a process that stands by. */
  record KillStandby() implements Disturbance {
    @Override
    public String kind() {
      return "kill-standby";
    }

    @Override
    public String toString() {
      return "SIGKILL to a process that stands by";
    }
  }

  /** SIGSTOP to a worker's process, or the server's where {@code worker} is −1, then SIGCONT. */
  record Stop(int worker, double seconds) implements Disturbance {
    @Override
    public String kind() {
      return worker < 0 ? "stop-server" : "stop-worker";
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "SIGSTOP to %s for %.1f s",
          worker < 0 ? "the server's process" : "the process of worker " + worker,
          seconds);
    }
  }

  /** A fault that the run's management is asked for. */
  record Asked(String kind, String json) implements Disturbance {
    @Override
    public String toString() {
      return json;
    }
  }
}
