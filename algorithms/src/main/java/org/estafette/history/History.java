package org.estafette.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.MergedPush;
import org.estafette.algorithm.Message;
import org.estafette.algorithm.PseudoGradient;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what happens to every push of a run with a server. Its owner, who sees everything,
 * calls it at the moment; messages that are no pushes are passed over.
 */
public final class History implements Chronicle {
  private final List<Fact> facts = new ArrayList<>();
  private final Map<PushName, FlatVector> vectors = new HashMap<>();
  private final Map<PushName, Integer> undecided = new LinkedHashMap<>();
  private final boolean keepVectors;
  private long turn;

  /**
   * An empty history.
   *
   * @param keepVectors whether each pseudo-gradient is kept, which a replay needs
   */
  public History(boolean keepVectors) {
    this.keepVectors = keepVectors;
  }

  @Override
  public void sent(double at, Message message) {
    if (message instanceof PseudoGradient push) {
      PushName name = PushName.of(push.header());
      FlatVector delta = push.delta().vector();
      facts.add(new Fact.Sent(at, name, push.header().version(), Digest.of(delta)));
      if (keepVectors) {
        vectors.computeIfAbsent(
            name,
            n -> {
              FlatVector copy = delta.precision().zeros(delta.length());
              copy.copyFrom(delta);
              return copy;
            });
      }
    }
  }

  @Override
  public void doubled(double at, Message message) {
    if (message instanceof PseudoGradient push) {
      facts.add(new Fact.Doubled(at, PushName.of(push.header())));
    }
  }

  @Override
  public void lost(double at, Message message, String why) {
    switch (message) {
      case PseudoGradient push -> lost(at, push.header(), why);
      case MergedPush merged -> merged.members().forEach(p -> lost(at, p.header(), why));
      default -> {}
    }
  }

  private void lost(double at, Header h, String why) {
    facts.add(new Fact.Lost(at, PushName.of(h), why));
  }

  @Override
  public void received(double at, Message message) {
    if (message instanceof PseudoGradient push) {
      PushName name = PushName.of(push.header());
      facts.add(new Fact.Received(at, name, Digest.of(push.delta().vector())));
      undecided.merge(name, 1, Integer::sum);
    }
  }

  @Override
  public void turn() {
    turn++;
  }

  @Override
  public void decided(double at, Decision decision) {
    switch (decision) {
      case Decision.Applied a -> {
        Header h = a.header();
        PushName name = PushName.of(h);
        facts.add(new Fact.Applied(at, name, h.epoch(), a.version(), a.weight(), turn));
        decided(name);
      }
      case Decision.Refused r -> {
        PushName name = PushName.of(r.header());
        facts.add(new Fact.Refused(at, name, r.reason()));
        decided(name);
      }
      default -> {}
    }
  }

  private void decided(PushName name) {
    undecided.computeIfPresent(name, (n, copies) -> copies == 1 ? null : copies - 1);
  }

  @Override
  public void serving(double at, long epoch, long version) {
    facts.add(new Fact.Serving(at, epoch, version));
  }

  @Override
  public void serverGone(double at) {
    facts.add(new Fact.ServerGone(at));
    for (PushName name : undecided()) {
      facts.add(new Fact.Lost(at, name, "gone with the server"));
    }
    undecided.clear();
  }

  /** Pushes that have come and wait for a decision, the same name once for each copy. */
  public List<PushName> undecided() {
    List<PushName> names = new ArrayList<>();
    undecided.forEach((name, n) -> names.addAll(Collections.nCopies(n, name)));
    return names;
  }

  /** What happened, in order. */
  public List<Fact> facts() {
    return List.copyOf(facts);
  }

  /** The pseudo-gradient of that name; null where it was never sent or is not kept. */
  public @Nullable FlatVector vector(PushName name) {
    return vectors.get(name);
  }
}
