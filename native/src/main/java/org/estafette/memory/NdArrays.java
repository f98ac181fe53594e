package org.estafette.memory;

import java.lang.ref.Cleaner;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@link Float32Vector}s and their tensors as ND4J arrays over the same memory: what is written on
 * one side is seen on the other. The array keeps the vector's memory alive, as do all views that
 * ND4J makes of the array.
 *
 * <p>ND4J is loaded (1 to 3 seconds) when this class is first used, and never before. It wants a
 * platform that its native library knows: Linux x86-64 with this build.
 */
public final class NdArrays {
  private static final Cleaner KEEPER = Cleaner.create();

  private NdArrays() {}

  /**
   * The whole vector as an array of shape [length].
   *
   * @throws IllegalArgumentException where the vector is empty
   */
  public static INDArray view(Float32Vector vector) {
    return view(vector, vector.length());
  }

  /**
   * One tensor in its own shape, row-major; a scalar becomes an array of rank 0.
   *
   * @throws IllegalArgumentException where the tensor ends behind the vector
   */
  public static INDArray view(Float32Vector vector, TensorSpec tensor) {
    return view(
        vector.view(tensor), tensor.shape().stream().mapToLong(Integer::longValue).toArray());
  }

  /**
   * The vector in a shape, row-major.
   *
   * @throws IllegalArgumentException where the shape's product is not the vector's length or is 0
   */
  public static INDArray view(Float32Vector vector, long... shape) {
    long size = 1;
    for (long s : shape) {
      size = Math.multiplyExact(size, s);
    }
    if (size != vector.length() || size == 0) {
      throw new IllegalArgumentException(
          "shape="
              + java.util.Arrays.toString(shape)
              + " (expected a product of length="
              + vector.length()
              + ", and at least one element)");
    }
    DataBuffer buffer =
        Nd4j.createBuffer(
            new At(vector.address(), vector.length()), vector.length(), DataType.FLOAT);
    // Held by the cleaner until the buffer, and with it every array on it, is garbage.
    KEEPER.register(buffer, new Keep(vector));
    return shape.length == 0
        ? Nd4j.create(buffer, new long[0], new long[0], 0, 'c', DataType.FLOAT)
        : Nd4j.create(buffer, shape, Nd4j.getStrides(shape, 'c'), 0, 'c', DataType.FLOAT);
  }

  /** Does nothing but hold the vector until it is run. */
  private record Keep(Float32Vector vector) implements Runnable {
    @Override
    public void run() {}
  }

  /** Memory that somebody else owns. */
  private static final class At extends FloatPointer {
    At(long address, long length) {
      super((Pointer) null);
      this.address = address;
      this.limit = length;
      this.capacity = length;
    }
  }
}
