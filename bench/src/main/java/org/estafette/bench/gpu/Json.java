package org.estafette.bench.gpu;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes maps, lists, texts and numbers; the packed check comes without libraries. */
final class Json {
  private Json() {}

  static String of(Object value) {
    return switch (value) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(e -> of(String.valueOf(e.getKey())) + ": " + of(e.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case Collection<?> list ->
          list.stream().map(Json::of).collect(Collectors.joining(", ", "[", "]"));
      case Double d when !Double.isFinite(d) -> "null";
      case Number n -> n.toString();
      case Boolean b -> b.toString();
      default -> text(value.toString());
    };
  }

  private static String text(String s) {
    StringBuilder out = new StringBuilder("\"");
    for (char c : s.toCharArray()) {
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
