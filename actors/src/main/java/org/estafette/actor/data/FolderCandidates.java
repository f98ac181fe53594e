package org.estafette.actor.data;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The files below a folder. Links are not followed. */
final class FolderCandidates extends SimpleFileVisitor<Path> {
  /** Folders that hold what programs made of texts, or texts of others in bulk. */
  private static final Set<String> SKIPPED = Set.of("node_modules", "__pycache__");

  private final Path root;
  private final List<Candidate> found = new ArrayList<>();

  private FolderCandidates(Path root) {
    this.root = root;
  }

  static List<Candidate> of(Path root) throws UnreadableDataException {
    FolderCandidates visitor = new FolderCandidates(root);
    try {
      Files.walkFileTree(root, visitor);
    } catch (UnreadableDataException e) {
      throw e;
    } catch (IOException e) {
      throw new UnreadableDataException(root.toString(), 0, Bytes.reason(e), e);
    }
    return visitor.found;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
    boolean skip = !folder.equals(root) && (isHidden(folder) || SKIPPED.contains(name(folder)));
    return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    if (attributes.isRegularFile() && !isHidden(file)) {
      String name = root.relativize(file).toString().replace(File.separatorChar, '/');
      int size = (int) Math.min(attributes.size(), Bytes.MOST);
      found.add(
          new Candidate(
              name,
              attributes.size(),
              () -> Bytes.read(file.toString(), size, () -> Files.newInputStream(file))));
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
    throw new UnreadableDataException(file.toString(), 0, Bytes.reason(failure), failure);
  }

  private static boolean isHidden(Path path) {
    return name(path).startsWith(".");
  }

  private static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }
}
