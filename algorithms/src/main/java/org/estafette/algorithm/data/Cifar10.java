package org.estafette.algorithm.data;

import java.util.List;

/**
 * The binary form of CIFAR-10 (Krizhevsky 2009): records of a label byte and 32×32 pixels of red,
 * then green, then blue.
 */
public final class Cifar10 {
  /** Size of the images. */
  public static final ImageForm FORM = new ImageForm(32, 32, 3);

  /** Classes, airplane to truck. */
  public static final int CLASSES = 10;

  /** Mean and deviation of the training images' channels. */
  public static final ChannelScale SCALE =
      new ChannelScale(List.of(0.4914, 0.4822, 0.4465), List.of(0.2470, 0.2435, 0.2616));

  private static final int PLANE = 32 * 32;
  private static final int RECORD = 1 + 3 * PLANE;

  private Cifar10() {}

  /**
   * A file's content.
   *
   * @param name for messages
   * @param bytes not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // read once and dropped
  public record Part(String name, byte[] bytes) {}

  /**
   * The images of one or more files, in their order.
   *
   * @throws IllegalArgumentException where a file is no sequence of records; the message names it
   */
  public static ImageTable table(List<Part> parts) {
    int rows = 0;
    for (Part part : parts) {
      if (part.bytes().length == 0 || part.bytes().length % RECORD != 0) {
        throw new IllegalArgumentException(
            "%s: %d bytes (expected records of %d bytes: this is no CIFAR-10 file of the binary"
                    .formatted(part.name(), part.bytes().length, RECORD)
                + " version, or not all of it)");
      }
      rows += part.bytes().length / RECORD;
    }
    ImageTable table = ImageTable.empty(FORM, rows);
    int row = 0;
    for (Part part : parts) {
      for (int at = 0; at < part.bytes().length; at += RECORD) {
        int label = part.bytes()[at] & 0xFF;
        if (label >= CLASSES) {
          throw new IllegalArgumentException(
              "%s: label %d at byte %d (expected 0 … 9: this is no CIFAR-10 file)"
                  .formatted(part.name(), label, at));
        }
        table.labels()[row] = label;
        interleave(part.bytes(), at + 1, table.pixels(), row * FORM.size());
        row++;
      }
    }
    return table;
  }

  private static void interleave(byte[] planes, int from, byte[] pixels, int to) {
    for (int p = 0; p < PLANE; p++) {
      for (int c = 0; c < 3; c++) {
        pixels[to + 3 * p + c] = planes[from + c * PLANE + p];
      }
    }
  }
}
