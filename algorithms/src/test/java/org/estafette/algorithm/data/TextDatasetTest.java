package org.estafette.algorithm.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.estafette.algorithm.random.CounterRandom;
import org.junit.jupiter.api.Test;

class TextDatasetTest {
  private static final int T = 16;

  @Test
  void shouldGiveTheSameBatchForTheSameShardAndStepWhateverWasAskedBefore() {
    TextDataset one = TextDataset.of(modules(300, 5), TextOptions.iid(T, 3, 7));
    TextDataset other = TextDataset.of(modules(300, 5), TextOptions.iid(T, 3, 7));
    Batch.Tokens a = tokens(one, 4);
    Batch.Tokens b = tokens(other, 4);
    for (int step = 9; step >= 0; step--) {
      other.fill(b, 1, step);
    }
    one.fill(a, 2, 5);
    other.fill(b, 2, 5);
    assertThat(a.inputs()).isEqualTo(b.inputs());
    assertThat(a.targets()).isEqualTo(b.targets());
  }

  @Test
  void shouldGiveOtherBatchesForOtherSeedsShardsStepsAndRows() {
    Set<String> rows = new HashSet<>();
    for (int seed = 0; seed < 3; seed++) {
      TextDataset dataset = TextDataset.of(noise(200_000), TextOptions.iid(T, 2, seed));
      Batch.Tokens batch = tokens(dataset, 8);
      for (int shard = 0; shard < 2; shard++) {
        for (int step = 0; step < 10; step++) {
          dataset.fill(batch, shard, step);
          for (int row = 0; row < 8; row++) {
            rows.add(text(batch, row));
          }
        }
      }
    }
    // Two windows of 480 out of 180,000 may coincide; many may not.
    assertThat(rows).hasSizeGreaterThan(475);
  }

  @Test
  void shouldMakeTargetsTheSuccessorsOfInputs() {
    TextDataset dataset = TextDataset.of(noise(10_000), TextOptions.iid(T, 1, 1));
    Batch.Tokens batch = tokens(dataset, 5);
    dataset.fill(batch, 0, 3);
    for (int row = 0; row < 5; row++) {
      for (int i = 1; i < T; i++) {
        assertThat(batch.inputs()[row * T + i]).isEqualTo(batch.targets()[row * T + i - 1]);
      }
    }
  }

  @Test
  void shouldReachTheFirstAndTheLastWindowOfAShard() {
    byte[] text = new byte[60];
    for (int i = 0; i < text.length; i++) {
      text[i] = (byte) i;
    }
    TextDataset dataset = TextDataset.of(Corpus.of("t", text), split(TextSplit.TAIL, 1, 0.4));
    Batch.Tokens batch = tokens(dataset, 1);
    Set<Integer> starts = new HashSet<>();
    for (int step = 0; step < 2000; step++) {
      dataset.fill(batch, 0, step);
      starts.add(batch.inputs()[0]);
    }
    assertThat(dataset.shardTokens(0)).isEqualTo(36);
    assertThat(starts).hasSize(36 - T).contains(0, 36 - T - 1);
  }

  @Test
  void shouldTreatBytesAboveAsciiAsTokensUpTo255() {
    byte[] text = "größer als ß – sehr viel größer\n".repeat(50).getBytes(StandardCharsets.UTF_8);
    TextDataset dataset = TextDataset.of(Corpus.of("t", text), TextOptions.iid(T, 1, 1));
    Batch.Tokens batch = tokens(dataset, 64);
    dataset.fill(batch, 0, 0);
    assertThat(IntStream.of(batch.inputs()).max().orElseThrow()).isBetween(128, 255);
    assertThat(IntStream.of(batch.inputs()).min().orElseThrow()).isNotNegative();
  }

  @Test
  void shouldNeverTrainOnValidationText() {
    for (TextSplit split : List.of(TextSplit.BY_DOCUMENT, TextSplit.TAIL)) {
      Corpus corpus = numbered(400);
      TextDataset dataset = TextDataset.of(corpus, split(split, 4, 0.2));
      Set<String> training = new HashSet<>();
      Batch.Tokens batch = tokens(dataset, 64);
      for (int shard = 0; shard < 4; shard++) {
        for (int step = 0; step < 300; step++) {
          dataset.fill(batch, shard, step);
          for (int row = 0; row < 64; row++) {
            training.addAll(words(text(batch, row)));
          }
        }
      }
      Set<String> validation = new HashSet<>();
      for (long step = 0; step < dataset.validationBatches(1); step++) {
        Batch.Tokens one = tokens(dataset, 1);
        dataset.fillValidation(one, step);
        validation.addAll(words(text(one, 0)));
      }
      assertThat(training).as("split %s", split).hasSizeGreaterThan(2_000);
      assertThat(validation).as("split %s", split).hasSizeGreaterThan(500);
      assertThat(validation).as("split %s", split).doesNotContainAnyElementsOf(training);
    }
  }

  @Test
  void shouldSplitManyDocumentsByDocumentAndFewByTheirTails() {
    assertThat(TextDataset.of(numbered(50), split(TextSplit.AUTO, 1, 0.2)).split())
        .isEqualTo(TextSplit.BY_DOCUMENT);
    assertThat(TextDataset.of(numbered(49), split(TextSplit.AUTO, 1, 0.2)).split())
        .isEqualTo(TextSplit.TAIL);
  }

  @Test
  void shouldKeepADocumentOnItsSideWhenOthersComeAndGo() {
    List<Document> few = numbered(100).documents();
    List<Document> many = numbered(300).documents();
    List<String> before =
        few.stream().filter(d -> TextSplit.isValidation(d, 0.1)).map(Document::name).toList();
    List<String> after =
        many.stream().filter(d -> TextSplit.isValidation(d, 0.1)).map(Document::name).toList();
    assertThat(before).isNotEmpty();
    assertThat(after).containsAll(before).hasSizeBetween(15, 50);
  }

  @Test
  void shouldCutTheTailWhereALineBegins() {
    byte[] text = "0123456789\n".repeat(100).getBytes(StandardCharsets.US_ASCII);
    TextDataset dataset = TextDataset.of(Corpus.of("t", text), split(TextSplit.TAIL, 1, 0.1));
    assertThat(dataset.validationTokens() % 11).isEqualTo(1); // whole lines and a separator
    assertThat(dataset.validationTokens()).isBetween(100L, 111L);
    assertThat(dataset.shardTokens(0) % 11).isZero();
  }

  @Test
  void shouldDealEveryTrainingByteToExactlyOneShard() {
    for (Partition partition : partitions()) {
      for (int shards : new int[] {1, 2, 5, 9}) {
        Corpus corpus = modules(200, 4);
        TextDataset dataset = TextDataset.of(corpus, options(partition, shards, 3));
        Map<String, Long> expected = new TreeMap<>();
        for (Document document : corpus.documents()) {
          if (!TextSplit.isValidation(document, 0.1)) {
            expected.merge(document.source(), (long) document.size(), Long::sum);
          }
        }
        Map<String, Long> dealt = new TreeMap<>();
        for (int shard = 0; shard < shards; shard++) {
          dataset.sources(shard).forEach((source, size) -> dealt.merge(source, size, Long::sum));
          assertThat(dataset.shardTokens(shard)).isGreaterThan(T);
        }
        assertThat(dealt).as("%s over %d", partition, shards).isEqualTo(expected);
      }
    }
  }

  @Test
  void shouldGiveIidShardsLikeSizesAndAllSources() {
    TextDataset dataset = TextDataset.of(modules(400, 4), options(new Partition.Iid(), 4, 3));
    long largest = 0;
    long smallest = Long.MAX_VALUE;
    for (int shard = 0; shard < 4; shard++) {
      largest = Math.max(largest, dataset.shardTokens(shard));
      smallest = Math.min(smallest, dataset.shardTokens(shard));
      assertThat(dataset.sources(shard)).containsKeys("m0", "m1", "m2");
    }
    assertThat((double) largest / smallest).isLessThan(1.1);
  }

  @Test
  void shouldGiveEachShardItsOwnSourcesBySource() {
    TextDataset dataset = TextDataset.of(modules(400, 7), options(new Partition.BySource(), 3, 3));
    Set<String> seen = new HashSet<>();
    for (int shard = 0; shard < 3; shard++) {
      Set<String> sources = dataset.sources(shard).keySet();
      assertThat(seen).doesNotContainAnyElementsOf(sources);
      seen.addAll(sources);
    }
    assertThat(seen).hasSize(7);
  }

  @Test
  void shouldShareALargeSourceWhereThereAreMoreShardsThanSources() {
    TextDataset dataset = TextDataset.of(modules(400, 2), options(new Partition.BySource(), 5, 3));
    for (int shard = 0; shard < 5; shard++) {
      assertThat(dataset.sources(shard)).as("shard %d", shard).hasSize(1);
    }
  }

  @Test
  void shouldMixSourcesByDirichletMoreTheLargerAlphaIs() {
    assertThat(concentration(0.05)).isGreaterThan(0.7);
    assertThat(concentration(1000)).isLessThan(0.35);
  }

  @Test
  void shouldCutASingleFileIntoShardsAtLineEnds() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      text.append("line ").append(i).append('\n');
    }
    Corpus corpus = Corpus.of("t", text.toString().getBytes(StandardCharsets.US_ASCII));
    TextDataset dataset = TextDataset.of(corpus, TextOptions.iid(T, 4, 1));
    Batch.Tokens batch = tokens(dataset, 256);
    Set<String> lines = new HashSet<>();
    for (int shard = 0; shard < 4; shard++) {
      for (int step = 0; step < 20; step++) {
        dataset.fill(batch, shard, step);
        for (int row = 0; row < 256; row++) {
          String window = text(batch, row);
          assertThat(window).matches("(?s)[line 0-9\n]*").doesNotContain("line line", "\n\n");
          lines.add(window);
        }
      }
      assertThat(dataset.shardTokens(shard)).isBetween(6_000L, 7_200L);
    }
    assertThat(lines).hasSizeGreaterThan(5_000);
  }

  @Test
  void shouldGoThroughAllValidationTextOnceInAFixedOrder() {
    Corpus corpus = noise(50_000);
    TextDataset one = TextDataset.of(corpus, TextOptions.iid(T, 1, 1));
    TextDataset other = TextDataset.of(corpus, TextOptions.iid(T, 3, 2));
    int windows = (int) ((one.validationTokens() - 1) / T);
    assertThat(one.validationBatches(1)).isEqualTo(windows);
    assertThat(one.validationBatches(8)).isEqualTo(windows / 8);
    assertThat(one.validationBatches(1_000_000)).isEqualTo(1);
    Batch.Tokens a = tokens(one, 1);
    Batch.Tokens b = tokens(other, 1);
    Set<String> seen = new HashSet<>();
    for (int step = 0; step < windows; step++) {
      one.fillValidation(a, step);
      other.fillValidation(b, step);
      assertThat(a.inputs()).isEqualTo(b.inputs());
      seen.add(text(a, 0));
    }
    assertThat(seen).hasSize(windows);
  }

  @Test
  void shouldAllocateNothingWhenFilling() {
    TextDataset dataset = TextDataset.of(modules(200, 4), TextOptions.iid(T, 2, 7));
    Batch batch = dataset.newBatch(16);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    fillMany(dataset, batch);
    long before = threads.getCurrentThreadAllocatedBytes();
    fillMany(dataset, batch);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).isLessThan(1_000); // the measurement itself
  }

  @Test
  void shouldSayWhatIsMissingWhereTextIsTooShort() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextDataset.of(Corpus.of("t", new byte[20]), TextOptions.iid(T, 1, 1)))
        .withMessageContaining("validation text=3 bytes of Corpus[1 documents, 20 bytes]")
        .withMessageContaining("expected at least 17");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextDataset.of(noise(1000), TextOptions.iid(T, 100, 1)))
        .withMessageContaining("use fewer shards or more data");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TextDataset.of(new Corpus(List.of()), TextOptions.iid(T, 1, 1)))
        .withMessageContaining("0 documents");
  }

  @Test
  void shouldRefuseABatchOfAnotherForm() {
    TextDataset dataset = TextDataset.of(noise(1000), TextOptions.iid(T, 1, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> dataset.fill(Batch.Rows.of(1, 1), 0, 0))
        .withMessage("batch=Rows (expected Tokens of length 16, as newBatch makes them)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> dataset.fill(Batch.Tokens.of(1, 8), 0, 0))
        .withMessageContaining("Tokens of length 8");
  }

  private static void fillMany(Dataset dataset, Batch batch) {
    for (int step = 0; step < 20_000; step++) {
      dataset.fill(batch, step & 1, step);
      dataset.fillValidation(batch, step);
    }
  }

  /** Mean over sources of Σ over shards of (part of the source)². */
  private static double concentration(double alpha) {
    double sum = 0;
    Corpus corpus = modules(600, 6);
    TextDataset dataset = TextDataset.of(corpus, options(new Partition.Dirichlet(alpha), 4, 3));
    for (String source : corpus.sources().keySet()) {
      long total = 0;
      double squares = 0;
      for (int shard = 0; shard < 4; shard++) {
        long part = dataset.sources(shard).getOrDefault(source, 0L);
        total += part;
        squares += (double) part * part;
      }
      sum += squares / ((double) total * total) / 6;
    }
    return sum;
  }

  private static List<Partition> partitions() {
    return List.of(new Partition.Iid(), new Partition.BySource(), new Partition.Dirichlet(0.1));
  }

  private static TextOptions options(Partition partition, int shards, long seed) {
    return new TextOptions(T, shards, partition, TextSplit.BY_DOCUMENT, 0.1, seed);
  }

  private static TextOptions split(TextSplit split, int shards, double fraction) {
    return new TextOptions(T, shards, new Partition.Iid(), split, fraction, 1);
  }

  private static Batch.Tokens tokens(TextDataset dataset, int size) {
    return (Batch.Tokens) dataset.newBatch(size);
  }

  private static String text(Batch.Tokens batch, int row) {
    byte[] bytes = new byte[batch.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) batch.inputs()[row * batch.length() + i];
    }
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** Whole words of a window: those between blanks. */
  private static List<String> words(String window) {
    List<String> words = new ArrayList<>();
    for (String word : window.split("[ \n\0]", -1)) {
      if (word.length() == 6) {
        words.add(word);
      }
    }
    return words;
  }

  /** Documents of ten words each that occur nowhere else. */
  private static Corpus numbered(int documents) {
    List<Document> all = new ArrayList<>();
    for (int d = 0; d < documents; d++) {
      StringBuilder text = new StringBuilder();
      for (int w = 0; w < 10; w++) {
        text.append(String.format("%06d%s", d * 10 + w, w % 2 == 1 ? "\n" : " "));
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
      all.add(new Document("s" + d % 3, "d" + d, bytes));
    }
    return new Corpus(all);
  }

  /** Documents of unequal size in sources of unequal size. */
  private static Corpus modules(int documents, int sources) {
    List<Document> all = new ArrayList<>();
    for (int d = 0; d < documents; d++) {
      int source = (int) (CounterRandom.uniform(5, d) * CounterRandom.uniform(6, d) * sources);
      int size = 50 + (int) CounterRandom.below(7, d, 400);
      byte[] bytes = new byte[size];
      Arrays.fill(bytes, (byte) ('a' + source));
      all.add(new Document("m" + source, "d" + d, bytes));
    }
    return new Corpus(all);
  }

  private static Corpus noise(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (' ' + CounterRandom.below(1, i, 90));
    }
    return Corpus.of("noise", bytes);
  }
}
