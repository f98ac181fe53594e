package org.estafette.actor.node;

import java.util.function.Consumer;
import org.estafette.algorithm.PeerId;

/** What the server's, or the registrar's, actor tells whoever brings faults about. */
interface FaultHooks {
  /** Nobody does. */
  FaultHooks NONE =
      new FaultHooks() {
        @Override
        public void serving(Consumer<ServerMessage> me) {}

        @Override
        public void joined(WorkerTable.Entry worker) {}

        @Override
        public void left(PeerId worker, int incarnation) {}

        @Override
        public void version(long version) {}

        @Override
        public void reported(ServerMessage.FaultReport report) {}

        @Override
        public void freeze(double seconds) {}

        @Override
        public void perish() {}

        @Override
        public void ending() {}
      };

  /** The actor serves from now on; it is told what becomes of faults, to write it down. */
  void serving(Consumer<ServerMessage> me);

  /** A worker has a place. */
  void joined(WorkerTable.Entry worker);

  /** That life of the worker is over. */
  void left(PeerId worker, int incarnation);

  /** The model has had so many updates; without a server, the workers so many rounds. */
  void version(long version);

  /** A worker's node has reported what a fault did there. */
  void reported(ServerMessage.FaultReport report);

  /** Keeps the calling actor from all it does for so long, or until the node ends. */
  void freeze(double seconds);

  /** The server dies now; what it was told before is written down. */
  void perish();

  /** The run takes no more updates: what faults have done is told now. */
  void ending();
}
