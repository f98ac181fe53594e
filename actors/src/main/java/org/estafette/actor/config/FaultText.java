package org.estafette.actor.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.estafette.algorithm.PeerId;
import org.estafette.fault.Fault;
import org.estafette.fault.FaultKind;

/** One fault as text, as a plan has it and as nodes tell it to each other. */
public final class FaultText {
  /** No fault of a plan lasts longer. */
  static final double LONGEST = 1e6;

  private static final String NEVER = "never";

  private FaultText() {}

  /** The keys that a fault of that kind has, beside its kind and what brings it. */
  static Set<String> keys(FaultKind kind) {
    return Set.copyOf(
        switch (kind) {
          case KILL -> List.of("who", "downtime");
          case FREEZE -> List.of("who", "seconds");
          case SLOW -> List.of("who", "factor", "seconds");
          case CUT -> List.of("from", "to", "both", "seconds");
          case PARTITION -> List.of("side", "seconds");
          case LOSE, DUPLICATE, CORRUPT -> List.of("probability", "seconds");
          case DELAY -> List.of("most", "seconds");
          case REORDER -> List.of("probability", "most", "seconds");
          case POISON -> List.of("who", "venom", "seconds");
          case FILL_DISK, FILL_SHM -> List.of("seconds");
          case KILL_DRIVER -> List.of("who");
          case SKEW_CLOCK -> List.of("who", "offset", "seconds");
        });
  }

  /**
   * The faults of one section: one, or both ways of a cut.
   *
   * @param path where it stands, for messages
   * @param more keys that may stand there too
   * @throws ConfigException where a key is unknown or missing, or a value out of its range
   */
  static List<Fault> read(String path, ConfigObject section, Set<String> more) {
    Set<String> first = new TreeSet<>(more);
    first.add("kind");
    for (FaultKind kind : FaultKind.values()) {
      first.addAll(keys(kind));
    }
    FaultKind kind = new FaultSection(path, section, first).oneOf("kind", FaultKind.class);
    Set<String> known = new TreeSet<>(more);
    known.add("kind");
    known.addAll(keys(kind));
    FaultSection s = new FaultSection(path, section, known);
    return switch (kind) {
      case KILL ->
          List.of(
              new Fault.Kill(
                  s.who("who"),
                  s.has("downtime") && s.text("downtime", "").equals(NEVER)
                      ? Double.POSITIVE_INFINITY
                      : s.seconds("downtime", LONGEST, 0)));
      case FREEZE -> List.of(new Fault.Freeze(s.who("who"), lasts(s)));
      case SLOW -> List.of(new Fault.Slow(s.who("who"), s.within("factor", 1, 1e6), lasts(s)));
      case CUT -> {
        PeerId from = s.who("from");
        PeerId to = s.who("to");
        if (from.equals(to)) {
          throw s.wrong("to", "another than from");
        }
        Fault one = new Fault.Cut(from, to, lasts(s));
        yield s.flag("both", false)
            ? List.of(one, new Fault.Cut(to, from, lasts(s)))
            : List.of(one);
      }
      case PARTITION -> List.of(new Fault.Partition(Set.copyOf(s.all("side")), lasts(s)));
      case LOSE -> List.of(new Fault.Lose(chance(s), lasts(s)));
      case DELAY -> List.of(new Fault.Delay(s.seconds("most", LONGEST), lasts(s)));
      case DUPLICATE -> List.of(new Fault.Duplicate(chance(s), lasts(s)));
      case REORDER -> List.of(new Fault.Reorder(chance(s), s.seconds("most", LONGEST), lasts(s)));
      case CORRUPT -> List.of(new Fault.Corrupt(chance(s), lasts(s)));
      case POISON ->
          List.of(new Fault.Poison(s.who("who"), s.oneOf("venom", Fault.Venom.class), lasts(s)));
      case FILL_DISK -> List.of(new Fault.FillDisk(lasts(s)));
      case FILL_SHM -> List.of(new Fault.FillShm(lasts(s)));
      case KILL_DRIVER -> List.of(new Fault.KillDriver(s.who("who")));
      case SKEW_CLOCK ->
          List.of(new Fault.SkewClock(s.who("who"), s.within("offset", -1e9, 1e9), lasts(s)));
    };
  }

  private static double lasts(FaultSection s) {
    return s.seconds("seconds", LONGEST);
  }

  private static double chance(FaultSection s) {
    return s.within("probability", 0, 1);
  }

  /** A fault in JSON, which {@link #parse} reads. */
  public static String render(Fault fault) {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("kind", FaultKind.of(fault).word());
    switch (fault) {
      case Fault.Kill f -> {
        m.put("who", f.who().toString());
        m.put("downtime", Double.isInfinite(f.downtime()) ? NEVER : (Object) f.downtime());
      }
      case Fault.Freeze f -> m.put("who", f.who().toString());
      case Fault.Slow f -> {
        m.put("who", f.who().toString());
        m.put("factor", f.factor());
      }
      case Fault.Cut f -> {
        m.put("from", f.from().toString());
        m.put("to", f.to().toString());
      }
      case Fault.Partition f -> m.put("side", f.side().stream().map(PeerId::toString).toList());
      case Fault.Lose f -> m.put("probability", f.probability());
      case Fault.Delay f -> m.put("most", f.most());
      case Fault.Duplicate f -> m.put("probability", f.probability());
      case Fault.Reorder f -> {
        m.put("probability", f.probability());
        m.put("most", f.most());
      }
      case Fault.Corrupt f -> m.put("probability", f.probability());
      case Fault.Poison f -> {
        m.put("who", f.who().toString());
        m.put("venom", f.venom().name().toLowerCase(Locale.ROOT));
      }
      case Fault.FillDisk f -> {}
      case Fault.FillShm f -> {}
      case Fault.KillDriver f -> m.put("who", f.who().toString());
      case Fault.SkewClock f -> {
        m.put("who", f.who().toString());
        m.put("offset", f.offset());
      }
    }
    if (keys(FaultKind.of(fault)).contains("seconds")) {
      m.put("seconds", FaultKind.seconds(fault));
    }
    return ConfigValueFactory.fromMap(m).render(ConfigRenderOptions.concise());
  }

  /**
   * Reads what {@link #render} wrote.
   *
   * @throws ConfigException where it is no fault
   */
  public static Fault parse(String text) {
    try {
      return read("fault", ConfigFactory.parseString(text).root(), Set.of()).getFirst();
    } catch (com.typesafe.config.ConfigException e) {
      throw new ConfigException("a fault is not HOCON: " + e.getMessage());
    }
  }
}
