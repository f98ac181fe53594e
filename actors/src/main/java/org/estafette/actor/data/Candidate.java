package org.estafette.actor.data;

/**
 * Something that may become a document.
 *
 * @param name path below the root, with slashes
 * @param size bytes, as the folder or zip says
 * @param content reads it
 */
record Candidate(String name, long size, Content content) {
  @FunctionalInterface
  interface Content {
    byte[] read() throws UnreadableDataException;
  }
}
