package org.estafette.actor.data;

import java.util.List;

/**
 * Which source a file belongs to: the first folder of its path behind the folders that all files
 * share. In the JDK's {@code src.zip} that is the module.
 */
final class Sources {
  private final String root;
  private final int shared;

  private Sources(String root, int shared) {
    this.root = root;
    this.shared = shared;
  }

  /**
   * @param root name of what lies in no folder
   */
  static Sources of(String root, List<Candidate> candidates) {
    if (candidates.isEmpty()) {
      return new Sources(root, 0);
    }
    String prefix = candidates.getFirst().name();
    for (Candidate candidate : candidates) {
      String name = candidate.name();
      int same = 0;
      while (same < prefix.length()
          && same < name.length()
          && prefix.charAt(same) == name.charAt(same)) {
        same++;
      }
      prefix = prefix.substring(0, same);
    }
    return new Sources(root, prefix.lastIndexOf('/') + 1);
  }

  String of(String name) {
    int end = name.indexOf('/', shared);
    return end < 0 ? root : name.substring(shared, end);
  }
}
