package org.estafette.algorithm.data;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Texts, in a stable order.
 *
 * @param documents the texts; empty ones carry no token and do no harm
 */
public record Corpus(List<Document> documents) {
  /** Copies the list, not the texts. */
  public Corpus {
    documents = List.copyOf(documents);
  }

  /** A corpus of one text. */
  public static Corpus of(String name, byte[] bytes) {
    return new Corpus(List.of(new Document(name, name, bytes)));
  }

  /** Bytes of all documents. */
  public long size() {
    return documents.stream().mapToLong(Document::size).sum();
  }

  /** Bytes of each source, in order of first appearance. */
  public Map<String, Long> sources() {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (Document document : documents) {
      sizes.merge(document.source(), (long) document.size(), Long::sum);
    }
    return sizes;
  }

  @Override
  public String toString() {
    return "Corpus[" + documents.size() + " documents, " + size() + " bytes]";
  }
}
