package org.estafette.algorithm.data;

import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DatasetProvider} is asked for.
 *
 * @param options what the configuration says under the dataset's options, as text
 * @param shards training shards wanted
 * @param sequenceLength tokens of a sequence, for datasets of text
 * @param seed decides everything random
 */
public record DatasetRequest(
    Map<String, String> options, int shards, int sequenceLength, long seed) {
  /** Copies the options. */
  public DatasetRequest {
    options = Map.copyOf(options);
  }

  /**
   * A text option.
   *
   * @throws IllegalArgumentException where it is missing
   */
  public String text(String name) {
    String value = options.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "dataset option " + name + " is missing (there are " + options.keySet() + ")");
    }
    return value;
  }

  /** A text option, or what stands for it where it is missing. */
  public String text(String name, String otherwise) {
    return options.getOrDefault(name, otherwise);
  }

  /**
   * A whole number, or what stands for it where it is missing.
   *
   * @throws IllegalArgumentException where it is no whole number
   */
  public int integer(String name, int otherwise) {
    return parsed(name, otherwise, Integer::valueOf, "a whole number");
  }

  /**
   * A number, or what stands for it where it is missing.
   *
   * @throws IllegalArgumentException where it is no number
   */
  public double number(String name, double otherwise) {
    return parsed(name, otherwise, Double::valueOf, "a number");
  }

  private <T> T parsed(String name, T otherwise, Function<String, T> parse, String expected) {
    @Nullable String value = options.get(name);
    if (value == null) {
      return otherwise;
    }
    try {
      return parse.apply(value.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "dataset option " + name + "=" + value + " (expected " + expected + ")", e);
    }
  }
}
