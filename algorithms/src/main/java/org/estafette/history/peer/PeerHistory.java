package org.estafette.history.peer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.estafette.algorithm.Decision;
import org.estafette.algorithm.Ending;
import org.estafette.algorithm.Event;
import org.estafette.algorithm.Header;
import org.estafette.algorithm.NeighbourModel;
import org.estafette.algorithm.NeighbourShare;
import org.estafette.algorithm.Passage;
import org.estafette.algorithm.PeerId;
import org.estafette.algorithm.Update;
import org.estafette.algorithm.peer.Peer;
import org.estafette.algorithm.peer.PeerMethod;
import org.estafette.history.Digest;
import org.estafette.memory.FlatVector;
import org.jspecify.annotations.Nullable;

/**
 * Writes down all that happens in a run without a server, vectors included: for small models. Its
 * owner, who sees everything, calls it at the moment, and puts a {@linkplain #witness witness}
 * around each worker's method.
 */
public final class PeerHistory implements PeerChronicle {
  private final List<PeerFact> facts = new ArrayList<>();
  private final Map<PeerId, Integer> lives = new HashMap<>();
  private final Map<Self, FlatVector> stood = new HashMap<>();
  private final Set<Self> witnessed = new HashSet<>();
  private double now;

  /** A method that does what {@code method} does, and writes down what goes in and out. */
  public PeerMethod witness(PeerId who, int life, PeerMethod method) {
    Self self = new Self(who, life);
    witnessed.add(self);
    return new Witness(method, self, this);
  }

  void write(java.util.function.DoubleFunction<PeerFact> fact) {
    facts.add(fact.apply(now));
  }

  static FlatVector copy(FlatVector v) {
    FlatVector copy = v.precision().zeros(v.length());
    copy.copyFrom(v);
    return copy;
  }

  private Self self(PeerId who) {
    return new Self(who, lives.getOrDefault(who, 0));
  }

  @Override
  public void sent(double at, PeerId to, Update message) {
    Header h = message.header();
    facts.add(
        new PeerFact.Sent(
            at,
            Letter.of(h, to),
            h,
            passage(message),
            message instanceof Update.Conflatable,
            copy(vector(message))));
  }

  @Override
  public void doubled(double at, PeerId to, Update message) {
    facts.add(new PeerFact.Doubled(at, Letter.of(message.header(), to)));
  }

  @Override
  public void lost(double at, PeerId to, Update message, String why) {
    facts.add(new PeerFact.Lost(at, Letter.of(message.header(), to), why));
  }

  @Override
  public void received(double at, PeerId by, int life, Update message) {
    facts.add(
        new PeerFact.Received(
            at, Letter.of(message.header(), by), new Self(by, life), Digest.of(vector(message))));
  }

  @Override
  public void ended(double at, PeerId by, Header message, Ending ending) {
    facts.add(new PeerFact.Ended(at, Letter.of(message, by), self(by), ending));
  }

  @Override
  public void decided(double at, PeerId who, Decision decision) {
    if (decision instanceof Decision.Refused r) {
      facts.add(new PeerFact.Refused(at, Letter.of(r.header(), who), self(who), r.reason()));
    } else if (decision instanceof Decision.Joined && !witnessed.contains(self(who))) {
      facts.add(new PeerFact.Joined(at, self(who)));
    }
  }

  @Override
  public void telling(double at, PeerId who, int life, Event event) {
    now = at;
    lives.put(who, life);
    Self self = new Self(who, life);
    if (event instanceof Event.RoundTrained t && !witnessed.contains(self)) {
      facts.add(new PeerFact.Stepped(at, self, copy(t.delta().vector())));
    }
  }

  @Override
  public void told(double at, PeerId who, int life, Peer peer) {
    Self self = new Self(who, life);
    if (witnessed.contains(self)) {
      return;
    }
    FlatVector x = peer.parameters();
    FlatVector before = stood.get(self);
    if (before == null || Digest.of(before) != Digest.of(x)) {
      FlatVector copy = copy(x);
      stood.put(self, copy);
      facts.add(new PeerFact.Stood(at, self, copy));
    }
  }

  @Override
  public void gone(double at, PeerId who, int life) {
    facts.add(new PeerFact.Gone(at, new Self(who, life)));
  }

  private static FlatVector vector(Update message) {
    return switch (message) {
      case NeighbourModel m -> m.parameters().vector();
      case NeighbourShare s -> s.values().vector();
      default -> throw notBetweenWorkers(message);
    };
  }

  private static Passage passage(Update message) {
    return switch (message) {
      case NeighbourModel m -> m.passage();
      case NeighbourShare s -> s.passage();
      default -> throw notBetweenWorkers(message);
    };
  }

  private static IllegalArgumentException notBetweenWorkers(@Nullable Update message) {
    return new IllegalArgumentException(message + " (expected a message between workers)");
  }

  /** What happened, in order. */
  public List<PeerFact> facts() {
    return List.copyOf(facts);
  }
}
