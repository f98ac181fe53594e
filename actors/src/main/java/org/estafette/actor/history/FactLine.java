package org.estafette.actor.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import org.estafette.algorithm.Refusal;
import org.estafette.history.Fact;
import org.estafette.history.PushName;

/** A fact as a line of JSON, and back. */
final class FactLine {
  static final ObjectMapper JSON = new ObjectMapper();

  private FactLine() {}

  static ObjectNode write(Fact fact) {
    ObjectNode o = JSON.createObjectNode();
    o.put("at", fact.at());
    switch (fact) {
      case Fact.Sent f ->
          named(o, "sent", f.name()).put("base", f.base()).put("digest", hex(f.digest()));
      case Fact.Doubled f -> named(o, "doubled", f.name());
      case Fact.Lost f -> named(o, "lost", f.name()).put("why", f.why());
      case Fact.Received f -> named(o, "received", f.name()).put("digest", hex(f.digest()));
      case Fact.Applied f ->
          named(o, "applied", f.name())
              .put("epoch", f.epoch())
              .put("version", f.version())
              .put("weight", f.weight())
              .put("turn", f.turn());
      case Fact.Refused f -> named(o, "refused", f.name()).put("reason", f.reason().key());
      case Fact.Serving f ->
          o.put("fact", "serving").put("epoch", f.epoch()).put("version", f.version());
      case Fact.ServerGone f -> o.put("fact", "server_gone");
    }
    return o;
  }

  private static ObjectNode named(ObjectNode o, String fact, PushName name) {
    return o.put("fact", fact)
        .put("run", name.run())
        .put("slot", name.slot())
        .put("life", name.incarnation())
        .put("push", name.sequence());
  }

  private static String hex(long digest) {
    return Long.toHexString(digest);
  }

  /**
   * A fact that was written.
   *
   * @throws IOException where it is none
   */
  static Fact read(JsonNode o) throws IOException {
    double at = number(o, "at").asDouble();
    String fact = o.path("fact").asText();
    return switch (fact) {
      case "sent" -> new Fact.Sent(at, name(o), number(o, "base").asLong(), digest(o));
      case "doubled" -> new Fact.Doubled(at, name(o));
      case "lost" -> new Fact.Lost(at, name(o), o.path("why").asText());
      case "received" -> new Fact.Received(at, name(o), digest(o));
      case "applied" ->
          new Fact.Applied(
              at,
              name(o),
              number(o, "epoch").asLong(),
              number(o, "version").asLong(),
              number(o, "weight").asDouble(),
              number(o, "turn").asLong());
      case "refused" -> new Fact.Refused(at, name(o), refusal(o.path("reason").asText()));
      case "serving" ->
          new Fact.Serving(at, number(o, "epoch").asLong(), number(o, "version").asLong());
      case "server_gone" -> new Fact.ServerGone(at);
      default -> throw new IOException("fact=" + fact + " (expected one of schema 1)");
    };
  }

  private static PushName name(JsonNode o) throws IOException {
    return new PushName(
        number(o, "run").asLong(),
        number(o, "slot").asInt(),
        number(o, "life").asInt(),
        number(o, "push").asLong());
  }

  private static JsonNode number(JsonNode o, String key) throws IOException {
    JsonNode value = o.path(key);
    if (!value.isNumber()) {
      throw new IOException(key + "=" + value + " (expected a number)");
    }
    return value;
  }

  private static long digest(JsonNode o) throws IOException {
    try {
      return Long.parseUnsignedLong(o.path("digest").asText(), 16);
    } catch (NumberFormatException e) {
      throw new IOException("digest=" + o.path("digest") + " (expected hexadecimal digits)", e);
    }
  }

  private static Refusal refusal(String key) throws IOException {
    try {
      return Refusal.valueOf(key.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IOException("reason=" + key + " (expected one of a refused push)", e);
    }
  }
}
