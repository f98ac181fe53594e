package org.estafette.actor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.estafette.algorithm.data.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusReaderTest {
  private static final long ALL = Long.MAX_VALUE;

  @TempDir Path folder;

  @Test
  void shouldReadAFileAsOneDocument() throws IOException {
    Path file = write("shakes.txt", "To be,\nor not\n");
    LoadedCorpus loaded = read(file, ALL);
    assertThat(loaded.corpus().documents()).hasSize(1);
    Document document = loaded.corpus().documents().getFirst();
    assertThat(document.name()).isEqualTo("shakes.txt");
    assertThat(text(document)).isEqualTo("To be,\nor not\n");
    assertThat(loaded.notices()).isEmpty();
    assertThat(loaded.origin()).isEqualTo(file.toString());
  }

  @Test
  void shouldCutALongFileAtALineEndAndSaySo() throws IOException {
    Path file = write("long.txt", "0123456789\n".repeat(100));
    LoadedCorpus loaded = read(file, 115);
    assertThat(loaded.corpus().size()).isEqualTo(110);
    assertThat(loaded.notices())
        .containsExactly("took the first 110 of 1,100 bytes: the limit is 115 bytes");
  }

  @Test
  void shouldReadAFoldersTextsInAStableOrderWithTheirFoldersAsSources() throws IOException {
    write("b/two.txt", "two");
    write("b/deep/three.txt", "three");
    write("a/one.txt", "one");
    write("top.txt", "top");
    write(".git/config", "hidden");
    write("a/.hidden", "hidden");
    write("node_modules/x/index.js", "others");
    write("a/empty.txt", "");
    Files.write(folder.resolve("a/image.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 0, 1});
    LoadedCorpus loaded = read(folder, ALL);
    String root = folder.getFileName().toString();
    assertThat(loaded.corpus().documents().stream().map(d -> d.source() + ":" + d.name()))
        .containsExactlyInAnyOrder(
            "a:a/one.txt", "b:b/deep/three.txt", "b:b/two.txt", root + ":top.txt");
    assertThat(
            loaded.corpus().documents().stream().map(Document::name).filter(n -> n.contains("/")))
        .containsExactly("a/one.txt", "b/deep/three.txt", "b/two.txt");
    assertThat(loaded.notices()).containsExactly("left out 1 files that are not text");
  }

  @Test
  void shouldNotFollowLinksOutOfAFolder() throws IOException {
    write("a.txt", "a");
    Path outside = Files.createTempFile("outside", ".txt");
    try {
      Files.writeString(outside, "secret");
      Files.createSymbolicLink(folder.resolve("link.txt"), outside);
      assertThat(read(folder, ALL).corpus().size()).isEqualTo(1);
    } finally {
      Files.delete(outside);
    }
  }

  @Test
  void shouldReadAZipWithTheFirstFolderThatDiffersAsSource() throws IOException {
    Path zip =
        zip(
            Map.of(
                "repo-main/core/A.java", "class A {}",
                "repo-main/core/deep/B.java", "class B {}",
                "repo-main/web/C.java", "class C {}",
                "repo-main/README", "read me"));
    Map<String, String> sources = new TreeMap<>();
    for (Document document : read(zip, ALL).corpus().documents()) {
      sources.put(document.name(), document.source());
    }
    assertThat(sources)
        .containsEntry("repo-main/core/A.java", "core")
        .containsEntry("repo-main/core/deep/B.java", "core")
        .containsEntry("repo-main/web/C.java", "web")
        .containsEntry("repo-main/README", "code.zip");
  }

  @Test
  void shouldTakeTheSameDocumentsEveryTimeWhereTheLimitLeavesSomeOut() throws IOException {
    for (int i = 0; i < 200; i++) {
      write("s" + i % 5 + "/f" + i + ".txt", "x".repeat(100));
    }
    LoadedCorpus once = read(folder, 5_000);
    LoadedCorpus again = read(folder, 5_000);
    assertThat(once.corpus().size()).isEqualTo(5_000);
    assertThat(names(once)).hasSize(50).isEqualTo(names(again));
    assertThat(once.corpus().sources()).hasSize(5);
    assertThat(once.notices())
        .containsExactly(
            "took 5,000 bytes in 50 files, chosen by hash, and left out 15,000 bytes in 150 files:"
                + " the limit is 5,000 bytes");
    // A smaller limit takes a part of what a larger one takes.
    assertThat(names(once)).containsAll(names(read(folder, 2_000)));
  }

  @Test
  void shouldTellHowFarItIs() throws IOException {
    for (int i = 0; i < 1_100; i++) {
      write("f" + i, "0123456789");
    }
    List<String> told = new ArrayList<>();
    new CorpusReader(
            ALL, (bytes, expected, documents) -> told.add(bytes + "/" + expected + " " + documents))
        .read(folder);
    assertThat(told).containsExactly("5120/11000 512", "10240/11000 1024", "11000/11000 1100");
  }

  @Test
  void shouldNameTheFileAndTheReasonWhereItCannotBeRead() throws IOException {
    refused(folder.resolve("missing.txt"), "missing.txt: there is no such file or folder");
    refused(write("empty.txt", ""), "empty.txt: it is empty");
    Files.delete(folder.resolve("empty.txt"));
    Path binary = folder.resolve("model.bin");
    Files.write(binary, "some text, then\0binary".getBytes(StandardCharsets.US_ASCII));
    refused(binary, "model.bin at byte 15: it is not text");
    refused(folder, "there is no text in its 1 files (1 not text, 0 empty");
    refused(Path.of("/dev/null"), "/dev/null: it is neither a file nor a folder");
  }

  @Test
  void shouldNameTheFileThatMayNotBeRead() throws IOException {
    Path locked = write("locked.txt", "text");
    Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("---------"));
    assumeThat(Files.isReadable(locked)).as("root may read everything").isFalse();
    refused(locked, "locked.txt: access is denied to this user");
    refused(folder, "locked.txt: access is denied to this user");
  }

  @Test
  void shouldNameTheEntryWhereAZipIsDamaged() throws IOException {
    Path zip = zip(Map.of("a/one.txt", "one ".repeat(5_000), "b/two.txt", "two ".repeat(5_000)));
    byte[] bytes = Files.readAllBytes(zip);
    for (int i = 45; i < 55; i++) {
      bytes[i] ^= (byte) 0xFF;
    }
    Files.write(zip, bytes);
    assertThatThrownBy(() -> read(zip, ALL))
        .isInstanceOf(UnreadableDataException.class)
        .hasMessageContaining("cannot read data " + zip + "!");
    Files.write(zip, Arrays.copyOf(bytes, bytes.length - 30));
    refused(zip, "it begins like a zip, but: ");
  }

  @Test
  void shouldReadTheJavaSourcesOfTheRunningJdk() throws IOException {
    Path home = Path.of(System.getProperty("java.home"));
    assumeThat(home.resolve("lib/src.zip")).as("this JDK's sources").isRegularFile();
    LoadedCorpus loaded = read(CorpusReader.jdkSources(), 2_000_000);
    assertThat(loaded.corpus().sources()).containsKeys("java.base", "java.desktop");
    assertThat(loaded.corpus().size()).isBetween(1_900_000L, 2_000_000L);
    assertThat(loaded.corpus().documents()).allSatisfy(d -> assertThat(d.name()).endsWith(".java"));
  }

  @Test
  void shouldSayHowToNameAFileWhereTheJdkHasNoSources() {
    assertThatThrownBy(() -> CorpusReader.jdkSources(folder))
        .isInstanceOf(UnreadableDataException.class)
        .hasMessageContaining(folder.resolve("lib/src.zip").toString())
        .hasMessageContaining("this JDK has none")
        .hasMessageContaining("--data PATH");
  }

  @Test
  void shouldTakeUmlautsForTextAndControlCharactersForBinary() {
    assertThat(TextFilter.binaryAt("Größe\tund\r\nÄnderung".getBytes(StandardCharsets.UTF_8)))
        .isNegative();
    assertThat(TextFilter.binaryAt("Größe".getBytes(StandardCharsets.ISO_8859_1))).isNegative();
    assertThat(TextFilter.binaryAt("text".getBytes(StandardCharsets.UTF_16LE))).isEqualTo(1);
    assertThat(TextFilter.binaryAt(new byte[] {1, 2, 3, 'a', 'b'})).isZero();
    assertThat(TextFilter.binaryAt(new byte[0])).isNegative();
  }

  @Test
  void shouldRefuseALimitOfNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CorpusReader(0, ReadProgress.NONE))
        .withMessage("maxBytes=0 (expected >= 1)");
  }

  private static LoadedCorpus read(Path path, long maxBytes) throws UnreadableDataException {
    return new CorpusReader(maxBytes, ReadProgress.NONE).read(path);
  }

  private static void refused(Path path, String message) {
    assertThatThrownBy(() -> read(path, ALL))
        .isInstanceOf(UnreadableDataException.class)
        .hasMessageStartingWith("cannot read data ")
        .hasMessageContaining(message);
  }

  private static List<String> names(LoadedCorpus loaded) {
    return loaded.corpus().documents().stream().map(Document::name).toList();
  }

  private static String text(Document document) {
    return new String(document.bytes(), StandardCharsets.UTF_8);
  }

  private Path write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private Path zip(Map<String, String> entries) throws IOException {
    Path zip = folder.resolve("code.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (Map.Entry<String, String> entry : new TreeMap<>(entries).entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
    return zip;
  }
}
