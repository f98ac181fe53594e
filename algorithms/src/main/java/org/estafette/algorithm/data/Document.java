package org.estafette.algorithm.data;

/**
 * One text of a corpus.
 *
 * @param source where it belongs: a JDK module, a folder. Sources are what the non-iid partitions
 *     go by
 * @param name its name within the source, such as a path; decides, with the source, on which side
 *     of the validation split the document lies
 * @param bytes the text; not copied, not changed
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose: copies would double the memory
public record Document(String source, String name, byte[] bytes) {
  /** Size in bytes, which are also its tokens. */
  public int size() {
    return bytes.length;
  }

  @Override
  public String toString() {
    return "Document[" + source + "/" + name + ", " + bytes.length + " bytes]";
  }
}
