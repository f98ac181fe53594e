package org.estafette.simulation;

import java.util.PriorityQueue;
import java.util.function.Supplier;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Update;
import org.estafette.fault.FaultPlan;
import org.estafette.fault.Weather;
import org.estafette.history.Chronicle;
import org.estafette.memory.Lease;

/** Virtual time, what will happen in it, and the network between a server and its workers. */
final class World {
  final PriorityQueue<Pending> queue = new PriorityQueue<>();
  final Weather weather;
  final Chronicle history;
  final Supplier<Lease> leases;
  final SimulationListener listener;
  double now;
  long sequence;

  World(FaultPlan faults, Supplier<Lease> leases, SimulationListener listener, Chronicle history) {
    this.weather = new Weather(faults.seed());
    this.leases = leases;
    this.listener = listener;
    this.history = history;
  }

  void schedule(double time, PeerId target, int life, Pending.What what) {
    queue.add(new Pending(time, sequence++, target, life, what));
  }

  /** The way of a message, as the weather is; {@code delay} is what it takes when that is clear. */
  void carry(PeerId from, PeerId to, int life, double delay, Message message) {
    if (to.isServer()) {
      history.sent(now, message);
    }
    Weather.Fate fate = weather.fate(now, from, to);
    if (!fate.arrives()) {
      lose(message, fate.lost());
      return;
    }
    double at = now + delay + fate.later();
    // What is doubled is what a server would count twice; a second answer is none to a worker.
    if (fate.twice() && message instanceof PseudoGradient push) {
      history.doubled(now, message);
      Lease same = push.delta().retain();
      schedule(
          at + fate.again(),
          to,
          life,
          new Pending.Arrival(new PseudoGradient(push.header(), same, push.report())));
    }
    schedule(at, to, life, new Pending.Arrival(message));
  }

  /** A message that nobody will get. */
  void lose(Message message, String why) {
    history.lost(now, message, why);
    if (message instanceof Update update) {
      update.discard();
    }
  }
}
