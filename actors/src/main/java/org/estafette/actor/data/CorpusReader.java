package org.estafette.actor.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.estafette.algorithm.data.Corpus;
import org.estafette.algorithm.data.Document;

/**
 * Reads text: a file, a folder or a zip.
 *
 * <ul>
 *   <li>A file becomes one document. Beyond the limit its end is cut off, where a line ends.
 *   <li>A folder's files, hidden ones apart, become documents; the first folder on the way is their
 *       source. Binary files are left out.
 *   <li>A zip is like a folder. In the Java sources of a JDK the sources are its modules.
 * </ul>
 */
public final class CorpusReader {
  private final long maxBytes;
  private final ReadProgress progress;

  /**
   * @param maxBytes most text to take, above 0
   * @param progress told how far it is
   */
  public CorpusReader(long maxBytes, ReadProgress progress) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes=" + maxBytes + " (expected >= 1)");
    }
    this.maxBytes = maxBytes;
    this.progress = progress;
  }

  /**
   * Where the running JDK keeps its Java sources.
   *
   * @throws UnreadableDataException where it has none
   */
  public static Path jdkSources() throws UnreadableDataException {
    return jdkSources(Path.of(System.getProperty("java.home")));
  }

  static Path jdkSources(Path javaHome) throws UnreadableDataException {
    Path zip = javaHome.resolve("lib").resolve("src.zip");
    if (!Files.isRegularFile(zip)) {
      throw new UnreadableDataException(
          zip.toString(),
          "without --data, training reads the Java sources that come with the JDK, and this JDK has"
              + " none. Name a text file, a folder or a zip: --data PATH; or install the sources of"
              + " this JDK");
    }
    return zip;
  }

  /**
   * Reads a file, a folder or a zip.
   *
   * @throws UnreadableDataException where that fails, or there is no text in it
   */
  public LoadedCorpus read(Path path) throws UnreadableDataException {
    if (Files.isDirectory(path)) {
      return read(path, FolderCandidates.of(path));
    }
    if (Files.isRegularFile(path) && isZip(path)) {
      try (ZipCandidates zip = ZipCandidates.open(path)) {
        return read(path, zip.candidates());
      }
    }
    return readFile(path);
  }

  private LoadedCorpus read(Path path, List<Candidate> candidates) throws UnreadableDataException {
    Sources sources = Sources.of(fileName(path), candidates);
    Selection selection = Selection.of(candidates, sources, maxBytes, progress);
    if (selection.documents().isEmpty()) {
      throw new UnreadableDataException(
          path.toString(),
          String.format(
              Locale.ROOT,
              "there is no text in its %,d files (%s)",
              candidates.size(),
              selection.tally()));
    }
    return new LoadedCorpus(
        new Corpus(selection.documents()), path.toString(), selection.notices(maxBytes));
  }

  private LoadedCorpus readFile(Path path) throws UnreadableDataException {
    String file = path.toString();
    long size = size(path);
    long most = Math.min(maxBytes, Bytes.MOST);
    byte[] content = Bytes.read(file, (int) Math.min(size, most), () -> Files.newInputStream(path));
    int binaryAt = TextFilter.binaryAt(content);
    if (binaryAt >= 0) {
      throw new UnreadableDataException(
          file, binaryAt, "it is not text (zero bytes or many control characters)", null);
    }
    if (content.length == 0) {
      throw new UnreadableDataException(file, "it is empty");
    }
    List<String> notices = new ArrayList<>();
    if (size > most) {
      content = wholeLines(content);
      notices.add(
          String.format(
              Locale.ROOT,
              "took the first %,d of %,d bytes: the limit is %,d bytes",
              content.length,
              size,
              most));
    }
    progress.on(content.length, content.length, 1);
    Document document = new Document(fileName(path), fileName(path), content);
    return new LoadedCorpus(new Corpus(List.of(document)), file, notices);
  }

  private static byte[] wholeLines(byte[] content) {
    int end = content.length;
    while (end > 0 && content[end - 1] != '\n') {
      end--;
    }
    return end == 0 ? content : Arrays.copyOf(content, end);
  }

  private static long size(Path path) throws UnreadableDataException {
    try {
      if (!Files.isRegularFile(path) && Files.exists(path)) {
        throw new UnreadableDataException(path.toString(), "it is neither a file nor a folder");
      }
      return Files.size(path);
    } catch (UnreadableDataException e) {
      throw e;
    } catch (IOException e) {
      throw new UnreadableDataException(path.toString(), 0, Bytes.reason(e), e);
    }
  }

  private static boolean isZip(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] head = in.readNBytes(4);
      // A local file header, or the end of an empty zip.
      return head.length == 4
          && head[0] == 'P'
          && head[1] == 'K'
          && ((head[2] == 3 && head[3] == 4) || (head[2] == 5 && head[3] == 6));
    } catch (IOException e) {
      return false; // read() meets the same failure and names it
    }
  }

  private static String fileName(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? path.toString() : name.toString();
  }
}
