package org.estafette.fault;

import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.estafette.algorithm.PeerId;
import org.estafette.memory.FlatVector;

/** Something that goes wrong. Times are in seconds, virtual in the simulator. */
public sealed interface Fault {
  /**
   * A participant dies at once; its replacement comes after {@code downtime}, never if infinite.
   */
  record Kill(PeerId who, double downtime) implements Fault {
    /** Checks the number. */
    public Kill {
      atLeast0("downtime", downtime);
    }
  }

  /** A participant does nothing for a while, and then goes on as if nothing had been. */
  record Freeze(PeerId who, double seconds) implements Fault {
    /** Checks the number. */
    public Freeze {
      finite("seconds", seconds);
    }
  }

  /** A worker's local steps take {@code factor} times as long for a while. */
  record Slow(PeerId who, double factor, double seconds) implements Fault {
    /** Checks the numbers. */
    public Slow {
      finite("seconds", seconds);
      if (!(factor >= 1 && factor <= 1e6)) {
        throw new IllegalArgumentException("factor=" + factor + " (expected 1 … 1e6)");
      }
    }
  }

  /** Nothing arrives that {@code from} sends to {@code to}: two of them make a partition. */
  record Cut(PeerId from, PeerId to, double seconds) implements Fault {
    /** Checks the number. */
    public Cut {
      finite("seconds", seconds);
    }
  }

  /** Nothing passes between those on one side and all others, in either direction. */
  record Partition(SortedSet<PeerId> side, double seconds) implements Fault {
    /** Copies the set and checks the number. */
    public Partition {
      side = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(side));
      if (side.isEmpty()) {
        throw new IllegalArgumentException("side=[] (expected at least one participant)");
      }
      finite("seconds", seconds);
    }

    /** One that has these on its side. */
    public Partition(Set<PeerId> side, double seconds) {
      this(new TreeSet<>(side), seconds);
    }

    /** Whether it stands between the two. */
    public boolean parts(PeerId one, PeerId other) {
      return side.contains(one) != side.contains(other);
    }
  }

  /** Messages are lost, each with this probability. */
  record Lose(double probability, double seconds) implements Fault {
    /** Checks the numbers. */
    public Lose {
      chance(probability);
      finite("seconds", seconds);
    }
  }

  /**
   * Messages take up to {@code most} seconds longer, each its own share of it: they change order.
   */
  record Delay(double most, double seconds) implements Fault {
    /** Checks the numbers. */
    public Delay {
      finite("most", most);
      finite("seconds", seconds);
    }
  }

  /** Messages arrive twice, each with this probability. */
  record Duplicate(double probability, double seconds) implements Fault {
    /** Checks the numbers. */
    public Duplicate {
      chance(probability);
      finite("seconds", seconds);
    }
  }

  /**
   * Messages are held back by up to {@code most} seconds, each with this probability, so that later
   * ones overtake them.
   */
  record Reorder(double probability, double most, double seconds) implements Fault {
    /** Checks the numbers. */
    public Reorder {
      chance(probability);
      finite("most", most);
      finite("seconds", seconds);
    }
  }

  /** Bits flip on the way, with this probability: the receiver's checksum finds it. */
  record Corrupt(double probability, double seconds) implements Fault {
    /** Checks the numbers. */
    public Corrupt {
      chance(probability);
      finite("seconds", seconds);
    }
  }

  /** A worker's pseudo-gradients are spoiled before it sends them. */
  record Poison(PeerId who, Venom venom, double seconds) implements Fault {
    /** Checks the number. */
    public Poison {
      finite("seconds", seconds);
    }
  }

  /** No checkpoint can be written: the disk under them is full. */
  record FillDisk(double seconds) implements Fault {
    /** Checks the number. */
    public FillDisk {
      finite("seconds", seconds);
    }
  }

  /** The shared memory that tensors travel through is full. */
  record FillShm(double seconds) implements Fault {
    /** Checks the number. */
    public FillShm {
      finite("seconds", seconds);
    }
  }

  /** The media driver of the node that has this participant dies. */
  record KillDriver(PeerId who) implements Fault {}

  /** The wall clock of a participant's node is wrong by {@code offset} seconds for a while. */
  record SkewClock(PeerId who, double offset, double seconds) implements Fault {
    /** Checks the numbers. */
    public SkewClock {
      finite("seconds", seconds);
      if (!(Math.abs(offset) <= 1e9)) {
        throw new IllegalArgumentException("offset=" + offset + " (expected -1e9 … 1e9)");
      }
    }
  }

  /** What spoils a pseudo-gradient. */
  enum Venom {
    /** One element is not a number. */
    NAN,
    /** One element is infinite. */
    INFINITE,
    /** All elements are a hundred times too large. */
    SCALE,
    /** All elements have the other sign. */
    SIGN;

    /** Spoils a vector. */
    public void spoil(FlatVector delta) {
      switch (this) {
        case NAN -> delta.set(delta.length() / 2, Double.NaN);
        case INFINITE -> delta.set(delta.length() / 2, Double.POSITIVE_INFINITY);
        case SCALE -> delta.scale(100);
        case SIGN -> delta.scale(-1);
      }
    }
  }

  private static void chance(double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("probability=" + p + " (expected 0 … 1)");
    }
  }

  private static void atLeast0(String name, double value) {
    if (!(value >= 0)) {
      throw new IllegalArgumentException(name + "=" + value + " (expected >= 0)");
    }
  }

  private static void finite(String name, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(name + "=" + value + " (expected >= 0, finite)");
    }
  }
}
