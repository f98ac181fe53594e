package org.estafette.algorithm.data;

import java.util.List;

/**
 * A part of a document: what is dealt to shards as one.
 *
 * @param from first byte
 * @param to one past the last byte
 * @param last whether the document ends here
 */
record TextPiece(Document document, int from, int to, boolean last) {
  /** How far behind a wanted cut the end of a line is looked for. */
  private static final int LINE_SEARCH = 4096;

  int size() {
    return to - from;
  }

  /** Cuts a document's bytes from … to into pieces of about {@code size} bytes, at line ends. */
  static void cut(Document document, int from, int to, int size, List<TextPiece> into) {
    int start = from;
    while (start < to) {
      int end = to;
      if (to - start > size + size / 2) {
        end = lineStart(document.bytes(), start + size, to);
      }
      into.add(new TextPiece(document, start, end, end == document.size()));
      start = end;
    }
  }

  /** The first beginning of a line at {@code wanted} or behind; {@code wanted} if none is near. */
  static int lineStart(byte[] bytes, int wanted, int to) {
    for (int i = wanted; i <= to && i - wanted <= LINE_SEARCH; i++) {
      if (i > 0 && bytes[i - 1] == '\n') {
        return i;
      }
    }
    return wanted;
  }

  /**
   * The pieces one behind the other. Behind the end of a document stands a separator; pieces that
   * were cut from one document and follow one another read on.
   *
   * @throws IllegalArgumentException where they are too long for one array
   */
  static byte[] join(List<TextPiece> pieces, byte separator) {
    long length = 0;
    for (TextPiece piece : pieces) {
      length += piece.size() + (piece.last() ? 1 : 0);
    }
    if (length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "a shard would have "
              + length
              + " bytes (expected at most "
              + (Integer.MAX_VALUE - 8)
              + "): use more shards or less text");
    }
    byte[] joined = new byte[(int) length];
    int end = 0;
    for (TextPiece piece : pieces) {
      System.arraycopy(piece.document().bytes(), piece.from(), joined, end, piece.size());
      end += piece.size();
      if (piece.last()) {
        joined[end++] = separator;
      }
    }
    return joined;
  }
}
