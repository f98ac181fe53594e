package org.estafette.actor.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.estafette.algorithm.data.Document;
import org.estafette.algorithm.random.CounterRandom;

/**
 * Reads candidates until a limit is reached. Where not all fit, which ones are taken is decided by
 * a hash of their names: the same ones at every start, a sample of everything.
 */
final class Selection {
  private static final long KEY = CounterRandom.key("choice of documents");

  /** How many are read at a time, on all cores. */
  private static final int WAVE = 512;

  /** Once this part of the limit is full, no smaller documents are looked for to fill the rest. */
  private static final double FULL = 0.99;

  private final List<Document> documents = new ArrayList<>();
  private long bytes;
  private int binary;
  private int empty;
  private int tooLarge;
  private int leftOut;
  private long leftOutBytes;

  /** Reads. */
  static Selection of(
      List<Candidate> candidates, Sources sources, long maxBytes, ReadProgress progress)
      throws UnreadableDataException {
    Selection selection = new Selection();
    long total = candidates.stream().mapToLong(Candidate::size).sum();
    List<Candidate> order = new ArrayList<>(candidates);
    if (total > maxBytes) {
      order.sort(
          Comparator.<Candidate>comparingLong(
                  c -> CounterRandom.key(KEY, CounterRandom.key(c.name())))
              .thenComparing(Candidate::name));
    }
    List<Candidate> wave = new ArrayList<>(WAVE);
    long planned = 0;
    for (Candidate candidate : order) {
      if (candidate.size() > Bytes.MOST) {
        selection.tooLarge++;
      } else if (candidate.size() == 0) {
        selection.empty++;
      } else if (selection.bytes + planned >= FULL * maxBytes
          || selection.bytes + planned + candidate.size() > maxBytes) {
        selection.leftOut++;
        selection.leftOutBytes += candidate.size();
      } else {
        wave.add(candidate);
        planned += candidate.size();
        if (wave.size() == WAVE) {
          selection.read(wave, sources);
          wave.clear();
          planned = 0;
          progress.on(selection.bytes, Math.min(total, maxBytes), selection.documents.size());
        }
      }
    }
    selection.read(wave, sources);
    progress.on(selection.bytes, selection.bytes, selection.documents.size());
    selection.documents.sort(Comparator.comparing(Document::source).thenComparing(Document::name));
    return selection;
  }

  List<Document> documents() {
    return documents;
  }

  /** One sentence for each kind of candidates that were not taken. */
  List<String> notices(long maxBytes) {
    List<String> notices = new ArrayList<>();
    if (leftOut > 0) {
      notices.add(
          String.format(
              Locale.ROOT,
              "took %,d bytes in %,d files, chosen by hash, and left out %,d bytes in %,d files:"
                  + " the limit is %,d bytes",
              bytes,
              documents.size(),
              leftOutBytes,
              leftOut,
              maxBytes));
    }
    if (binary > 0) {
      notices.add(String.format(Locale.ROOT, "left out %,d files that are not text", binary));
    }
    if (tooLarge > 0) {
      notices.add(String.format(Locale.ROOT, "left out %,d files of 2 GiB or more", tooLarge));
    }
    return notices;
  }

  /** What was looked at, for the message that nothing was found. */
  String tally() {
    return String.format(
        Locale.ROOT,
        "%,d not text, %,d empty, %,d too large, %,d beyond the limit",
        binary,
        empty,
        tooLarge,
        leftOut);
  }

  private void read(List<Candidate> wave, Sources sources) throws UnreadableDataException {
    List<Result> results = wave.parallelStream().map(Selection::read).toList();
    for (int i = 0; i < results.size(); i++) {
      switch (results.get(i)) {
        case Failed failed -> throw failed.failure();
        case Content content when TextFilter.binaryAt(content.bytes()) >= 0 -> binary++;
        case Content content -> {
          String name = wave.get(i).name();
          documents.add(new Document(sources.of(name), name, content.bytes()));
          bytes += content.bytes().length;
        }
      }
    }
  }

  private static Result read(Candidate candidate) {
    try {
      return new Content(candidate.content().read());
    } catch (UnreadableDataException e) {
      return new Failed(e);
    }
  }

  private sealed interface Result {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Content(byte[] bytes) implements Result {}

  private record Failed(UnreadableDataException failure) implements Result {}
}
