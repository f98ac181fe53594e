package org.estafette.actor.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@link CheckpointStore#verify} found.
 *
 * @param path the checkpoint's folder
 * @param run the run's id; null where the manifest cannot be read
 * @param version from the manifest; −1 where it cannot be read
 * @param files files that were checked
 * @param tensors tensors that were checked
 * @param bytes bytes that were checked
 * @param problems what is wrong; empty where the checkpoint is whole
 */
public record Verification(
    Path path,
    @Nullable String run,
    long version,
    int files,
    int tensors,
    long bytes,
    List<Problem> problems) {
  /** Copies the list. */
  public Verification {
    problems = List.copyOf(problems);
  }

  /**
   * One finding.
   *
   * @param file name of the file
   * @param tensor name of the tensor; null where the finding is about the file
   * @param offset the byte where it begins, counted from the start of the file; −1 for the whole
   * @param text what was seen and what was expected
   */
  public record Problem(String file, @Nullable String tensor, long offset, String text) {
    @Override
    public String toString() {
      return file
          + (tensor == null ? "" : ", tensor " + tensor)
          + (offset < 0 ? "" : ", offset " + offset)
          + ": "
          + text;
    }
  }

  /** Whether the checkpoint may be loaded. */
  public boolean ok() {
    return problems.isEmpty();
  }

  /** One line, or one for each problem. */
  @Override
  public String toString() {
    if (ok()) {
      return "%s: ok, version %d of run %s, %d files, %d tensors, %d bytes"
          .formatted(path, version, run, files, tensors, bytes);
    }
    return problems.stream().map(p -> path + ": " + p).collect(Collectors.joining("\n"));
  }
}
