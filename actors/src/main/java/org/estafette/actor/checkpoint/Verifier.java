package org.estafette.actor.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.estafette.actor.checkpoint.Manifest.FileEntry;
import org.estafette.actor.checkpoint.Manifest.TensorEntry;
import org.estafette.actor.checkpoint.Verification.Problem;
import org.jspecify.annotations.Nullable;

/** Holds one checkpoint's folder to its manifest. */
final class Verifier {
  /** A manifest names files and tensors; one that is larger is none of ours. */
  private static final long LARGEST_MANIFEST = 256L << 20;

  private final Path folder;
  private final List<Problem> problems = new ArrayList<>();
  private int tensors;
  private long bytes;

  Verifier(Path folder) {
    this.folder = folder;
  }

  Verification verify() {
    Manifest manifest = manifest();
    if (manifest != null) {
      for (FileEntry entry : manifest.files()) {
        try {
          file(entry);
        } catch (NoSuchFileException e) {
          problem(
              entry.name(), null, -1, "the file is missing (expected " + entry.bytes() + " bytes)");
        } catch (IOException e) {
          problem(entry.name(), null, -1, e.toString());
        }
      }
      if (manifest.files().stream().noneMatch(f -> f.name().equals(Checkpoint.MODEL))) {
        problem(Manifest.NAME, null, -1, "it names no " + Checkpoint.MODEL);
      }
    }
    return new Verification(
        folder,
        manifest == null ? null : manifest.run(),
        manifest == null ? -1 : manifest.version(),
        manifest == null ? 0 : manifest.files().size(),
        tensors,
        bytes,
        problems);
  }

  private @Nullable Manifest manifest() {
    try {
      Manifest manifest = readManifest(folder);
      String name = CheckpointStore.folderName(manifest.version());
      if (folder.getFileName() != null && !folder.getFileName().toString().equals(name)) {
        problem(
            Manifest.NAME,
            null,
            -1,
            "version="
                + manifest.version()
                + " (expected that of the folder, which is not "
                + name
                + ")");
      }
      return manifest;
    } catch (NoSuchFileException e) {
      problem(Manifest.NAME, null, -1, "the file is missing: this is no finished checkpoint");
    } catch (IOException e) {
      problem(Manifest.NAME, null, -1, e.toString());
    }
    return null;
  }

  static Manifest readManifest(Path folder) throws IOException {
    Path file = folder.resolve(Manifest.NAME);
    long size = Files.size(file);
    if (size > LARGEST_MANIFEST) {
      throw new CheckpointException(
          file + ": " + size + " bytes (expected at most " + LARGEST_MANIFEST + ")");
    }
    return Manifest.decode(file.toString(), Files.readAllBytes(file));
  }

  private void file(FileEntry entry) throws IOException {
    if (!Checkpoint.isFileName(entry.name())) {
      problem(entry.name(), null, -1, "no name of a checkpoint's file");
      return;
    }
    Path file = folder.resolve(entry.name());
    long size = Files.size(file);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      problem(entry.name(), null, -1, "not a regular file");
      return;
    }
    if (size != entry.bytes()) {
      problem(
          entry.name(),
          firstTensorBehind(entry, size),
          Math.min(size, entry.bytes()),
          "the file has " + size + " bytes (expected " + entry.bytes() + ")");
      return;
    }
    int before = problems.size();
    if (entry.name().endsWith(".safetensors")) {
      safetensors(file, entry);
    }
    String crc = Manifest.hex(crc(file));
    bytes += size;
    if (!crc.equals(entry.crc32c()) && problems.size() == before) {
      // Tensors are sound, so what has changed lies before the first of them.
      problem(entry.name(), null, 0, "crc32c=" + crc + " (expected " + entry.crc32c() + ")");
    }
  }

  private static @Nullable String firstTensorBehind(FileEntry entry, long size) {
    for (TensorEntry t : entry.tensors()) {
      if (t.offset() + t.bytes() > size) {
        return t.name();
      }
    }
    return null;
  }

  private void safetensors(Path path, FileEntry entry) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      if (file.tensors().size() != entry.tensors().size()) {
        problem(
            entry.name(),
            null,
            SafetensorsHeader.LENGTH_BYTES,
            file.tensors().size() + " tensors (expected " + entry.tensors().size() + ")");
      }
      for (TensorEntry expected : entry.tensors()) {
        tensor(file, entry.name(), expected);
      }
    } catch (CheckpointException e) {
      problem(entry.name(), null, SafetensorsHeader.LENGTH_BYTES, String.valueOf(e.getMessage()));
    }
  }

  private void tensor(SafetensorsFile file, String name, TensorEntry expected) {
    StoredTensor seen = file.find(expected.name());
    if (seen == null) {
      problem(name, expected.name(), expected.offset(), "the tensor is missing");
      return;
    }
    tensors++;
    StoredTensor wanted =
        new StoredTensor(
            expected.name(),
            expected.dtype(),
            expected.shape(),
            expected.offset(),
            expected.bytes());
    if (!seen.equals(wanted)) {
      problem(name, seen.name(), seen.offset(), seen + " (expected " + wanted + ")");
      return;
    }
    String crc = Manifest.hex(file.checksum(seen));
    if (!crc.equals(expected.crc32c())) {
      problem(
          name,
          seen.name(),
          seen.offset(),
          "crc32c=" + crc + " of " + seen.bytes() + " bytes (expected " + expected.crc32c() + ")");
      return;
    }
    long bad = file.firstNonFinite(seen);
    if (bad >= 0) {
      problem(
          name,
          seen.name(),
          seen.offset() + bad * seen.dtype().bytes(),
          "element " + bad + " is NaN or infinite (expected finite numbers)");
    }
  }

  private static int crc(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      int size = (int) Math.clamp(channel.size(), 1, 1 << 20);
      ByteBuffer chunk = ByteBuffer.allocateDirect(size);
      while (channel.read(chunk) >= 0) {
        crc.update(chunk.flip());
        chunk.clear();
      }
    }
    return (int) crc.getValue();
  }

  private void problem(String file, @Nullable String tensor, long offset, String text) {
    problems.add(new Problem(file, tensor, offset, text));
  }
}
