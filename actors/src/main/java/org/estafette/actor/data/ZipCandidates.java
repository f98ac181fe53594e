package org.estafette.actor.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The entries of a zip. Their contents can be read while it is open, from several threads. */
final class ZipCandidates implements AutoCloseable {
  private final Path path;
  private final ZipFile zip;

  private ZipCandidates(Path path, ZipFile zip) {
    this.path = path;
    this.zip = zip;
  }

  static ZipCandidates open(Path path) throws UnreadableDataException {
    try {
      return new ZipCandidates(path, new ZipFile(path.toFile()));
    } catch (IOException e) {
      throw new UnreadableDataException(
          path.toString(), 0, "it begins like a zip, but: " + Bytes.reason(e), e);
    }
  }

  List<Candidate> candidates() {
    List<Candidate> found = new ArrayList<>();
    Enumeration<? extends ZipEntry> entries = zip.entries();
    while (entries.hasMoreElements()) {
      ZipEntry entry = entries.nextElement();
      if (!entry.isDirectory() && entry.getSize() >= 0) {
        found.add(new Candidate(entry.getName(), entry.getSize(), () -> read(entry)));
      }
    }
    return found;
  }

  @Override
  public void close() throws UnreadableDataException {
    try {
      zip.close();
    } catch (IOException e) {
      throw new UnreadableDataException(path.toString(), 0, Bytes.reason(e), e);
    }
  }

  private byte[] read(ZipEntry entry) throws UnreadableDataException {
    int size = (int) Math.min(entry.getSize(), Bytes.MOST);
    String name = path + "!" + entry.getName();
    byte[] content = Bytes.read(name, size, () -> zip.getInputStream(entry));
    if (content.length != size) {
      throw new UnreadableDataException(
          name,
          content.length,
          "the entry ends here (expected " + size + " bytes, as the zip's directory says)",
          null);
    }
    return content;
  }
}
