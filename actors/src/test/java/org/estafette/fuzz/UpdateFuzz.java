package org.estafette.fuzz;

import java.nio.ByteBuffer;
import java.util.List;
import org.estafette.actor.wire.UnreadableUpdateException;
import org.estafette.actor.wire.UpdateCodec;
import org.estafette.algorithm.Assignment;
import org.estafette.algorithm.GlobalModel;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.Outcome;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.algorithm.Refusal;
import org.estafette.algorithm.RoundReport;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.train.TrainOrder;
import org.estafette.memory.Float64Vector;
import org.estafette.memory.Lease;

/** Heads of updates: what is read is what was written, or it is refused. */
public final class UpdateFuzz {
  private UpdateFuzz() {}

  /** A head. */
  public static void fuzzerTestOneInput(byte[] data) {
    Lease lease = Lease.unpooled(Float64Vector.zeros(1));
    Update update;
    try {
      update = UpdateCodec.read(ByteBuffer.wrap(data), lease);
    } catch (UnreadableUpdateException e) {
      return;
    }
    byte[] written = UpdateCodec.write(update);
    try {
      Update again = UpdateCodec.read(ByteBuffer.wrap(written), lease);
      if (!again.header().equals(update.header()) || again.getClass() != update.getClass()) {
        throw new IllegalStateException(update + " was read again as " + again);
      }
    } catch (UnreadableUpdateException e) {
      throw new IllegalStateException("what was written cannot be read: " + update, e);
    }
  }

  static List<byte[]> seeds() {
    Header h = new Header(7, PeerId.worker(3), 1, 2, 1, 5, 4);
    Lease lease = Lease.unpooled(Float64Vector.zeros(1));
    Assignment a = new Assignment(5, new TrainOrder(20, 1, 40, 40, 1.5), "by measured speed");
    return List.of(
        UpdateCodec.write(new PseudoGradient(h, lease, new RoundReport(20, 640, 1.5, 2.5, 1))),
        UpdateCodec.write(new GlobalModel(h, lease, 2, new Outcome.Welcome(), a)),
        UpdateCodec.write(new GlobalModel(h, lease, 2, new Outcome.Applied(6, 1, 0.5), null)),
        UpdateCodec.write(
            new GlobalModel(
                h, lease, 2, new Outcome.Refused(Refusal.QUARANTINED, "good pushes=1"), a)),
        UpdateCodec.write(new NeighbourModel(h, new Passage(0, 1, 0.5), lease)));
  }
}
