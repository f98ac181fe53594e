package org.estafette.memory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each named tensor lies inside one flat vector. Tensors start at multiples of {@link
 * #ALIGNMENT} elements, so that every one begins on a 64-byte boundary of a float32 vector; the
 * elements in between belong to no tensor and stay zero.
 */
public final class Layout {
  /** Elements that a tensor's offset is a multiple of: 16 float32 are one 64-byte cache line. */
  public static final int ALIGNMENT = 16;

  private final Map<String, TensorSpec> byName;
  private final long length;
  private final long parameters;

  private Layout(Map<String, TensorSpec> byName, long length) {
    this.byName = byName;
    this.length = length;
    this.parameters = byName.values().stream().mapToLong(TensorSpec::size).sum();
  }

  /** Starts a layout. */
  public static Builder builder() {
    return new Builder();
  }

  /** A layout of a single tensor {@code name} of {@code size} elements: for plain vectors. */
  public static Layout of(String name, int size) {
    return builder().add(name, size).build();
  }

  /** The tensors in the order of their offsets. */
  public List<TensorSpec> tensors() {
    return List.copyOf(byName.values());
  }

  /** Elements of the flat vector, padding included. */
  public long length() {
    return length;
  }

  /** Elements that belong to tensors: the number of parameters. */
  public long parameters() {
    return parameters;
  }

  /**
   * The tensor of that name.
   *
   * @throws IllegalArgumentException where there is none
   */
  public TensorSpec get(String name) {
    TensorSpec spec = byName.get(name);
    if (spec == null) {
      throw new IllegalArgumentException(
          "no tensor named " + name + " (expected one of " + byName.keySet() + ")");
    }
    return spec;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Layout that
        && that.length == length
        && that.tensors().equals(tensors());
  }

  @Override
  public int hashCode() {
    return byName.hashCode();
  }

  @Override
  public String toString() {
    return "Layout[" + byName.size() + " tensors, " + parameters + " parameters]";
  }

  /** Adds tensors one after another. */
  public static final class Builder {
    private final List<TensorSpec> tensors = new ArrayList<>();
    private long end;

    /** Adds a tensor behind the ones already there. */
    public Builder add(String name, int... shape) {
      List<Integer> sizes = new ArrayList<>(shape.length);
      for (int s : shape) {
        sizes.add(s);
      }
      TensorSpec spec = new TensorSpec(name, sizes, end);
      tensors.add(spec);
      end = align(Math.addExact(end, spec.size()));
      return this;
    }

    /**
     * Ends the layout.
     *
     * @throws IllegalArgumentException where two tensors have one name
     */
    public Layout build() {
      Map<String, TensorSpec> byName = new LinkedHashMap<>();
      for (TensorSpec t : tensors) {
        if (byName.put(t.name(), t) != null) {
          throw new IllegalArgumentException("two tensors are named " + t.name());
        }
      }
      return new Layout(byName, end);
    }

    private static long align(long n) {
      return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
  }
}
