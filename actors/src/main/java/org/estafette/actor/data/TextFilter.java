package org.estafette.actor.data;

/** Tells text from binary by its bytes. Encodings of one byte a character and UTF-8 are text. */
final class TextFilter {
  /** How many bytes from the beginning control characters are counted in. */
  private static final int SAMPLE = 8192;

  private TextFilter() {}

  /**
   * Where the content turns out not to be text: the first zero byte, which no text holds and which
   * datasets end documents with; 0 where a tenth of the first bytes are control characters; −1 for
   * text.
   */
  static int binaryAt(byte[] content) {
    for (int i = 0; i < content.length; i++) {
      if (content[i] == 0) {
        return i;
      }
    }
    int sample = Math.min(content.length, SAMPLE);
    int control = 0;
    for (int i = 0; i < sample; i++) {
      int c = content[i] & 0xFF;
      control += c == 0x7F || (c < 0x20 && !(c >= '\b' && c <= '\r') && c != 0x1B) ? 1 : 0;
    }
    return control * 10 > sample ? 0 : -1;
  }
}
