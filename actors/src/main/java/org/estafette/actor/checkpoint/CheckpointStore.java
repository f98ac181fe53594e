package org.estafette.actor.checkpoint;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.estafette.actor.checkpoint.Checkpoint.NamedVector;
import org.estafette.actor.checkpoint.Manifest.FileEntry;
import org.estafette.actor.checkpoint.Manifest.TensorEntry;
import org.estafette.memory.TensorSpec;
import org.jspecify.annotations.Nullable;

/**
 * A folder of checkpoints, one folder each: {@code version-00000123/} with {@code
 * model.safetensors}, {@code config.json}, {@code state.safetensors}, further files, and {@code
 * manifest.json}.
 *
 * <p>A checkpoint is written under another name, every file forced to the disk, the manifest last,
 * then renamed, and the folder of the store forced. So a crash at any point leaves the checkpoints
 * that were there, with or without the new one, and never a part of it. What does not verify is
 * reported, never loaded and never deleted; the newest one that verifies is never deleted either. A
 * checkpoint with a NaN or an infinity in it is refused before anything is written.
 *
 * <p>One process is to write to a store at a time; {@link Epochs} see to it. Where two do, each
 * checkpoint is one's own or is refused, and never half of each. Thread-safe.
 */
public final class CheckpointStore {
  private static final Pattern FOLDER = Pattern.compile("version-(\\d{8,18})");
  private static final String WRITING = ".writing-";
  private static final String DELETING = ".deleting-";
  private static final AtomicLong WRITTEN = new AtomicLong();
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Path folder;
  private volatile int keep;
  private volatile WriteGuard guard = WriteGuard.NONE;
  private volatile BooleanSupplier full = () -> false;
  private final DurableFiles disk;
  private final Set<Path> verified = new HashSet<>();

  /**
   * Opens a store; the folder is made if it is not there.
   *
   * @param folder where the checkpoints lie
   * @param keep how many that verify are kept; older ones are deleted after a new one is written
   */
  public CheckpointStore(Path folder, int keep) throws IOException {
    this(folder, keep, null);
  }

  CheckpointStore(Path folder, int keep, @Nullable CrashPoints points) throws IOException {
    checkKeep(keep);
    Files.createDirectories(folder);
    this.folder = folder;
    this.keep = keep;
    this.disk =
        new DurableFiles(
            points == null ? WriteGuard.points(() -> guard.and(WriteGuard.full(full))) : points);
  }

  /** Has every change to the disk from now on asked for. */
  public void guard(WriteGuard asked) {
    guard = asked;
  }

  /** The folder of all its checkpoints. */
  public Path folder() {
    return folder;
  }

  private static void checkKeep(int keep) {
    if (keep < 1) {
      throw new IllegalArgumentException("keep=" + keep + " (expected >= 1)");
    }
  }

  /** Writes fail while {@code full} says so, as on a full disk; for faults. */
  public void diskFull(BooleanSupplier says) {
    full = says;
  }

  /** Keeps so many that verify, from the next one that is written on. */
  public void keep(int newKeep) {
    checkKeep(newKeep);
    keep = newKeep;
  }

  /**
   * What {@link #latest} found.
   *
   * @param checkpoint the newest one that verifies; null where there is none
   * @param corrupt newer ones that do not, newest first
   */
  public record Search(@Nullable StoredCheckpoint checkpoint, List<Verification> corrupt) {
    /** Copies the list. */
    public Search {
      corrupt = List.copyOf(corrupt);
    }
  }

  static String folderName(long version) {
    return "version-%08d".formatted(version);
  }

  /** Folders of checkpoints, whole or not, the newest first. */
  public List<Path> list() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "version-*")) {
      for (Path entry : entries) {
        if (version(entry) >= 0 && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          found.add(entry);
        }
      }
    }
    found.sort(Comparator.comparingLong(CheckpointStore::version).reversed());
    return found;
  }

  private static long version(Path path) {
    Matcher m = FOLDER.matcher(path.getFileName().toString());
    if (!m.matches()) {
      return -1;
    }
    long version = Long.parseLong(m.group(1));
    return folderName(version).equals(m.group()) ? version : -1;
  }

  /** Checks a checkpoint's folder against its manifest, every byte of it. */
  public static Verification verify(Path path) {
    return new Verifier(path.toAbsolutePath().normalize()).verify();
  }

  /** The newest checkpoint that verifies, and the newer ones that do not. */
  public synchronized Search latest() throws IOException {
    List<Verification> corrupt = new ArrayList<>();
    for (Path path : list()) {
      Verification verification = verify(path);
      if (verification.ok()) {
        verified.add(path);
        return new Search(new StoredCheckpoint(path, Verifier.readManifest(path)), corrupt);
      }
      verified.remove(path);
      corrupt.add(verification);
    }
    return new Search(null, corrupt);
  }

  /**
   * Opens one checkpoint.
   *
   * @throws CheckpointException where it does not verify; the message says why
   */
  public static StoredCheckpoint open(Path path) throws IOException {
    Verification verification = verify(path);
    if (!verification.ok()) {
      throw new CheckpointException(verification.toString());
    }
    return new StoredCheckpoint(path, Verifier.readManifest(path));
  }

  /**
   * Writes a checkpoint, reads it back, and deletes what is older than the newest {@code keep}.
   *
   * @return its folder
   * @throws CheckpointException where a tensor holds a NaN or an infinity, or that version is there
   *     already; nothing has changed then
   * @throws IOException where the disk refuses; the checkpoints that were there are untouched
   */
  public synchronized Path write(Checkpoint checkpoint) throws IOException {
    requireFinite(checkpoint);
    Path target = folder.resolve(folderName(checkpoint.version()));
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      if (verify(target).ok()) {
        throw new CheckpointException(
            target + ": the checkpoint is there already (expected a version of its own)");
      }
      setAside(target, "corrupt-");
    }
    // Nobody else's, even where two processes write the same version.
    Path temporary = folder.resolve(WRITING + folderName(checkpoint.version()) + own());
    try {
      disk.makeFolder(temporary);
      List<FileEntry> files = writeFiles(temporary, checkpoint);
      byte[] manifest =
          Manifest.encode(checkpoint.run(), checkpoint.version(), files, checkpoint.attributes());
      disk.write(temporary.resolve(Manifest.NAME), manifest);
      disk.forceFolder(temporary);
      disk.rename(temporary, target);
    } catch (IOException e) {
      withdraw(temporary, e);
      throw e;
    }
    disk.forceFolder(folder);
    // What has just been written is read back before anything older may go.
    Verification verification = verify(target);
    if (!verification.ok()) {
      throw new CheckpointException("written, but does not verify:\n" + verification);
    }
    verified.add(target);
    deleteOld(target);
    return target;
  }

  private static String own() {
    return "." + ProcessHandle.current().pid() + "-" + WRITTEN.incrementAndGet();
  }

  /** A disk that is full stays full unless the half-written checkpoint goes. */
  private void withdraw(Path temporary, IOException cause) {
    try {
      disk.deleteFolder(temporary);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private List<FileEntry> writeFiles(Path into, Checkpoint checkpoint) throws IOException {
    List<FileEntry> files = new ArrayList<>();
    NamedVector model = checkpoint.model();
    SafetensorsWriter tensors =
        new SafetensorsWriter()
            // transformers reads no file without it.
            .metadata("format", "pt")
            .add(model.layout(), model.vector(), checkpoint.modelNames());
    files.add(writeTensors(into, Checkpoint.MODEL, tensors));
    SafetensorsWriter state = new SafetensorsWriter();
    for (NamedVector v : checkpoint.vectors()) {
      state.add(v.layout(), v.vector(), Checkpoint.stateNames(v.name()));
    }
    checkpoint.counters().forEach(state::addLongs);
    if (!state.isEmpty()) {
      files.add(writeTensors(into, Checkpoint.STATE, state));
    }
    Map<String, Object> config = checkpoint.modelConfig();
    if (config != null) {
      files.add(writeBytes(into, Checkpoint.CONFIG, JSON.writeValueAsBytes(config)));
    }
    for (Map.Entry<String, byte[]> file : checkpoint.files().entrySet()) {
      files.add(writeBytes(into, file.getKey(), file.getValue()));
    }
    return files;
  }

  private FileEntry writeBytes(Path into, String name, byte[] content) throws IOException {
    DurableFiles.Written written = disk.write(into.resolve(name), content);
    return new FileEntry(name, written.bytes(), Manifest.hex(written.crc32c()), List.of());
  }

  private FileEntry writeTensors(Path into, String name, SafetensorsWriter writer)
      throws IOException {
    List<TensorEntry> tensors = new ArrayList<>();
    DurableFiles.Written written =
        disk.write(
            into.resolve(name),
            sink ->
                writer
                    .writeTo(sink)
                    .forEach((t, crc) ->
                        tensors.add(
                            new TensorEntry(
                                t.name(),
                                t.dtype(),
                                t.shape(),
                                t.offset(),
                                t.bytes(),
                                Manifest.hex(crc)))));
    return new FileEntry(name, written.bytes(), Manifest.hex(written.crc32c()), tensors);
  }

  private static void requireFinite(Checkpoint checkpoint) throws CheckpointException {
    requireFinite(checkpoint, checkpoint.model());
    for (NamedVector vector : checkpoint.vectors()) {
      requireFinite(checkpoint, vector);
    }
  }

  private static void requireFinite(Checkpoint checkpoint, NamedVector v)
      throws CheckpointException {
    if (v.vector().isFinite()) {
      return;
    }
    for (TensorSpec spec : v.layout().tensors()) {
      for (long i = spec.offset(); i < spec.offset() + spec.size(); i++) {
        if (!Double.isFinite(v.vector().get(i))) {
          throw new CheckpointException(
              ("version %d of run %s: %s, tensor %s: element %d is %s"
                      + " (expected finite numbers; the checkpoint is not written)")
                  .formatted(
                      checkpoint.version(),
                      checkpoint.run(),
                      v.name(),
                      spec.name(),
                      i - spec.offset(),
                      v.vector().get(i)));
        }
      }
    }
  }

  /** A checkpoint of a run that has taken another way since gives up its name, and is kept. */
  public synchronized void setAside(StoredCheckpoint superseded) throws IOException {
    verified.remove(superseded.path());
    setAside(superseded.path(), "superseded-");
  }

  /** A corrupt checkpoint gives up its name to a new one, but is kept for whoever looks into it. */
  private void setAside(Path corrupt, String how) throws IOException {
    for (int i = 1; ; i++) {
      Path aside = folder.resolve(how + corrupt.getFileName() + "-" + i);
      if (!Files.exists(aside, LinkOption.NOFOLLOW_LINKS)) {
        disk.rename(corrupt, aside);
        disk.forceFolder(folder);
        return;
      }
    }
  }

  /** Keeps the newest {@code keep} that verify; a rename takes each other one out whole. */
  private void deleteOld(Path justWritten) throws IOException {
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(folder, "{.writing-version-,.deleting-}*")) {
      for (Path leftover : leftovers) {
        String name = leftover.getFileName().toString();
        Path doomed = name.startsWith(DELETING) ? leftover : folder.resolve(DELETING + name);
        if (!leftover.equals(doomed)) {
          // Whole, or whoever is still writing there could give its name to what is left of it.
          disk.rename(leftover, doomed);
        }
        disk.deleteFolder(doomed);
      }
    }
    int kept = 0;
    for (Path path : list()) {
      if (!verified.contains(path)) {
        if (!verify(path).ok()) {
          continue;
        }
        verified.add(path);
      }
      if (kept < keep || path.equals(justWritten)) {
        kept++;
        continue;
      }
      Path doomed = folder.resolve(DELETING + path.getFileName());
      disk.deleteFolder(doomed);
      disk.rename(path, doomed);
      // Only once the rename is on the disk: a file of a checkpoint must not go before its name.
      disk.forceFolder(folder);
      verified.remove(path);
      disk.deleteFolder(doomed);
    }
  }
}
