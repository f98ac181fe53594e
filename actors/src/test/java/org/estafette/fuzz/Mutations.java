package org.estafette.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages inputs the way a mutational fuzzer does; the same seed gives the same inputs. */
final class Mutations {
  private static final long[] ODD = {
    0,
    1,
    -1,
    127,
    128,
    255,
    256,
    32767,
    65535,
    65536,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    100_000_000,
    100_000_001
  };
  private static final String ALPHABET =
      "{}[]()\"':,.=/\\#$%&?+-_ \n\t0123456789eEnulNaInfty\u0000é";

  private final Random random;

  Mutations(long seed) {
    this.random = new Random(seed);
  }

  /** One of the seeds, changed in a few places. */
  byte[] next(List<byte[]> seeds) {
    byte[] data = seeds.get(random.nextInt(seeds.size())).clone();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      data = change(data, seeds);
    }
    return data;
  }

  private byte[] change(byte[] data, List<byte[]> seeds) {
    if (data.length == 0) {
      return insert(data, 0, (byte) random.nextInt());
    }
    int at = random.nextInt(data.length);
    int length = 1 + random.nextInt(Math.min(32, data.length - at));
    switch (random.nextInt(8)) {
      case 0 -> data[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> data[at] = (byte) random.nextInt();
      case 2 -> data[at] = (byte) ALPHABET.charAt(random.nextInt(ALPHABET.length()));
      case 3 -> number(data, at);
      case 4 -> {
        return Arrays.copyOf(data, at);
      }
      case 5 -> {
        byte[] cut = new byte[data.length - length];
        System.arraycopy(data, 0, cut, 0, at);
        System.arraycopy(data, at + length, cut, at, data.length - at - length);
        return cut;
      }
      case 6 -> {
        return insert(data, at, Arrays.copyOfRange(data, at, at + length));
      }
      default -> {
        byte[] other = seeds.get(random.nextInt(seeds.size()));
        if (other.length > 0) {
          int from = random.nextInt(other.length);
          int most = Math.min(other.length - from, 64);
          return insert(data, at, Arrays.copyOfRange(other, from, from + 1 + random.nextInt(most)));
        }
      }
    }
    return data;
  }

  /** An odd number over one to eight bytes, little endian. */
  private void number(byte[] data, int at) {
    long value = ODD[random.nextInt(ODD.length)];
    int size = 1 << random.nextInt(4);
    for (int i = 0; i < size && at + i < data.length; i++) {
      data[at + i] = (byte) (value >>> (8 * i));
    }
  }

  private static byte[] insert(byte[] data, int at, byte... what) {
    byte[] longer = Arrays.copyOf(data, data.length + what.length);
    System.arraycopy(what, 0, longer, at, what.length);
    System.arraycopy(data, at, longer, at + what.length, data.length - at);
    return longer;
  }
}
