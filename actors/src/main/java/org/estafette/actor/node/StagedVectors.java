package org.estafette.actor.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.estafette.memory.FlatVector;
import org.estafette.memory.Lease;
import org.jspecify.annotations.Nullable;

/** What a participant has loaded for the next steps, copied, until its training thread takes it. */
final class StagedVectors implements AutoCloseable {
  private final Supplier<Lease> leases;
  private final List<Lease> moments = new ArrayList<>();
  private @Nullable Lease parameters;

  StagedVectors(Supplier<Lease> leases) {
    this.leases = leases;
  }

  void load(FlatVector vector) {
    Lease lease = parameters;
    if (lease == null) {
      lease = leases.get();
      parameters = lease;
    }
    lease.vector().copyFrom(vector);
  }

  void loadMoments(List<FlatVector> vectors) {
    dropMoments();
    for (FlatVector vector : vectors) {
      Lease lease = leases.get();
      lease.vector().copyFrom(vector);
      moments.add(lease);
    }
  }

  /**
   * The parameters; the lease passes.
   *
   * @param what they are for
   */
  Lease takeParameters(String what) {
    Lease lease = Objects.requireNonNull(parameters, what + " before load");
    parameters = null;
    return lease;
  }

  /** The moments, none where none were loaded; the leases pass. */
  List<Lease> takeMoments() {
    List<Lease> taken = List.copyOf(moments);
    moments.clear();
    return taken;
  }

  private void dropMoments() {
    moments.forEach(Lease::close);
    moments.clear();
  }

  @Override
  public void close() {
    if (parameters != null) {
      parameters.close();
      parameters = null;
    }
    dropMoments();
  }
}
