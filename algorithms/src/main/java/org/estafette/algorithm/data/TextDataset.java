package org.estafette.algorithm.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.estafette.algorithm.random.CounterRandom;
import org.estafette.algorithm.random.Permutations;

/**
 * Text as byte tokens. A shard is one byte array: documents one behind the other, each followed by
 * {@link #SEPARATOR}. A training batch is B windows of T + 1 bytes that begin at places drawn by
 * (seed, shard, step, row); validation goes through windows that do not overlap, in an order that
 * is shuffled once and for all, so that the first few batches are a sample of the whole.
 *
 * <p>Filling a batch allocates nothing.
 */
public final class TextDataset implements Dataset {
  /** Tokens that a byte can be. */
  public static final int VOCABULARY = 256;

  /**
   * Ends a document. The zero byte occurs in no text, so a model learns it as "the end" and
   * generation may stop at it.
   */
  public static final byte SEPARATOR = 0;

  /** A document is cut for dealing once it is longer than this part of an average shard. */
  private static final int PIECES_PER_SHARD = 32;

  private static final long VALIDATION_KEY = CounterRandom.key("validation order");

  private final int length;
  private final long seed;
  private final byte[][] shards;
  private final List<Map<String, Long>> sources;
  private final byte[] validation;
  private final TextSplit split;

  private TextDataset(
      TextOptions options,
      TextSplit split,
      byte[][] shards,
      List<Map<String, Long>> sources,
      byte[] validation) {
    this.length = options.sequenceLength();
    this.seed = options.seed();
    this.split = split;
    this.shards = shards;
    this.sources = sources;
    this.validation = validation;
  }

  /**
   * Splits and deals a corpus. Its bytes are copied into the shards and not kept.
   *
   * @throws IllegalArgumentException where there is too little text, or too much for one array
   */
  public static TextDataset of(Corpus corpus, TextOptions options) {
    TextSplit split = options.split().resolve(corpus.documents());
    int pieceSize = pieceSize(corpus, options);
    List<TextPiece> training = new ArrayList<>();
    List<TextPiece> kept = new ArrayList<>();
    for (Document document : corpus.documents()) {
      int end = trainingEnd(document, split, options.validationFraction());
      TextPiece.cut(document, 0, end, pieceSize, training);
      TextPiece.cut(document, end, document.size(), Integer.MAX_VALUE / 2, kept);
    }
    int minimum = options.sequenceLength() + 1;
    byte[] validation = TextPiece.join(kept, SEPARATOR);
    requireText("validation", validation.length, minimum, corpus);
    requireText("training", training.stream().mapToLong(TextPiece::size).sum(), minimum, corpus);
    int[] shardOf = deal(training, options, minimum);
    byte[][] shards = new byte[options.shards()][];
    List<Map<String, Long>> sources = new ArrayList<>();
    for (int shard = 0; shard < shards.length; shard++) {
      List<TextPiece> own = new ArrayList<>();
      for (int i = 0; i < shardOf.length; i++) {
        if (shardOf[i] == shard) {
          own.add(training.get(i));
        }
      }
      shards[shard] = TextPiece.join(own, SEPARATOR);
      sources.add(sources(own));
    }
    return new TextDataset(options, split, shards, List.copyOf(sources), validation);
  }

  /** Tokens of a sequence, T. */
  public int sequenceLength() {
    return length;
  }

  /** How the text was split: {@link TextSplit#AUTO} resolved. */
  public TextSplit split() {
    return split;
  }

  /** Bytes that a shard has of each source. */
  public Map<String, Long> sources(int shard) {
    return sources.get(shard);
  }

  /** Tokens kept for validation. */
  public long validationTokens() {
    return validation.length;
  }

  @Override
  public int shards() {
    return shards.length;
  }

  @Override
  public long shardTokens(int shard) {
    return shards[shard].length;
  }

  @Override
  public Batch newBatch(int size) {
    return Batch.Tokens.of(size, length);
  }

  @Override
  public void fill(Batch batch, int shard, long step) {
    Batch.Tokens tokens = form(batch);
    byte[] text = shards[shard];
    long key = CounterRandom.key(seed, shard, step);
    for (int row = 0; row < tokens.size(); row++) {
      copy(text, (int) CounterRandom.below(key, row, text.length - length), tokens, row);
    }
  }

  @Override
  public void fillValidation(Batch batch, long step) {
    Batch.Tokens tokens = form(batch);
    long windows = validationWindows();
    for (int row = 0; row < tokens.size(); row++) {
      long index = (step * tokens.size() + row) % windows;
      int start = (int) (Permutations.at(VALIDATION_KEY, windows, index) * length);
      copy(validation, start, tokens, row);
    }
  }

  @Override
  public long validationBatches(int batchSize) {
    return Math.max(1, validationWindows() / batchSize);
  }

  @Override
  public String toString() {
    return "TextDataset["
        + Arrays.stream(shards).mapToLong(s -> s.length).sum()
        + " training tokens in "
        + shards.length
        + " shards, "
        + validation.length
        + " validation tokens, split "
        + split
        + "]";
  }

  private long validationWindows() {
    return ((long) validation.length - 1) / length;
  }

  private Batch.Tokens form(Batch batch) {
    if (batch instanceof Batch.Tokens tokens && tokens.length() == length) {
      return tokens;
    }
    throw new IllegalArgumentException(
        "batch="
            + batch.getClass().getSimpleName()
            + (batch instanceof Batch.Tokens tokens ? " of length " + tokens.length() : "")
            + " (expected Tokens of length "
            + length
            + ", as newBatch makes them)");
  }

  private void copy(byte[] text, int start, Batch.Tokens into, int row) {
    int to = row * length;
    int[] inputs = into.inputs();
    int[] targets = into.targets();
    int token = text[start] & 0xFF;
    for (int i = 0; i < length; i++) {
      inputs[to + i] = token;
      token = text[start + i + 1] & 0xFF;
      targets[to + i] = token;
    }
  }

  private static int trainingEnd(Document document, TextSplit split, double fraction) {
    int size = document.size();
    if (split == TextSplit.BY_DOCUMENT) {
      return TextSplit.isValidation(document, fraction) ? 0 : size;
    }
    return TextPiece.lineStart(document.bytes(), (int) (size * (1 - fraction)), size);
  }

  private static int pieceSize(Corpus corpus, TextOptions options) {
    long wanted = corpus.size() / ((long) options.shards() * PIECES_PER_SHARD);
    return (int) Math.clamp(wanted, 4L * (options.sequenceLength() + 1), 1 << 30);
  }

  private static int[] deal(List<TextPiece> pieces, TextOptions options, int minimum) {
    Map<String, Integer> sourceIds = new LinkedHashMap<>();
    long[] weights = new long[pieces.size()];
    long[] hashes = new long[pieces.size()];
    int[] sources = new int[pieces.size()];
    for (int i = 0; i < weights.length; i++) {
      TextPiece piece = pieces.get(i);
      weights[i] = piece.size();
      hashes[i] = CounterRandom.key(options.seed(), TextSplit.hash(piece.document()), piece.from());
      String source = piece.document().source();
      sources[i] = sourceIds.computeIfAbsent(source, s -> sourceIds.size());
    }
    return Dealer.deal(
        options.partition(),
        weights,
        hashes,
        sources,
        sourceIds.size(),
        options.shards(),
        minimum,
        options.seed());
  }

  private static Map<String, Long> sources(List<TextPiece> pieces) {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (TextPiece piece : pieces) {
      sizes.merge(piece.document().source(), (long) piece.size(), Long::sum);
    }
    return Map.copyOf(sizes);
  }

  private static void requireText(String side, long bytes, int minimum, Corpus corpus) {
    if (bytes < minimum) {
      throw new IllegalArgumentException(
          side
              + " text="
              + bytes
              + " bytes of "
              + corpus
              + " (expected at least "
              + minimum
              + ", one sequence and its last target): use more text or shorter sequences");
    }
  }
}
