package org.estafette.actor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation in parts that can be checked. A comment right before a fenced block
 * says how: {@code <!-- test: run -->}, {@code parse}, {@code live} (run while a run goes on), or
 * {@code skip because …}; without one, commands are run and all else is parsed.
 */
record Markdown(
    Path file, List<Block> blocks, List<String> codes, List<String> links, Set<String> anchors) {
  private static final Pattern MARK =
      Pattern.compile("<!-- test: (run|parse|live|skip because \\S.+) -->");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]\n]*]\\(([^)\\s]+)\\)");

  /** A fenced block; {@code how} is its mark, empty without one. */
  record Block(Path file, int line, String language, String how, String text) {
    @Override
    public String toString() {
      return OwnClasses.ROOT.relativize(file) + ":" + line;
    }
  }

  /** The pages that people read: results and decisions are a record, and only their links count. */
  static List<Markdown> all() throws IOException {
    List<Markdown> pages = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    for (Path folder : List.of(OwnClasses.ROOT, OwnClasses.ROOT.resolve("docs"))) {
      try (Stream<Path> here = Files.list(folder)) {
        here.filter(f -> f.toString().endsWith(".md")).sorted().forEach(files::add);
      }
    }
    for (Path file : files) {
      pages.add(read(file));
    }
    return pages;
  }

  static Markdown read(Path file) throws IOException {
    List<Block> blocks = new ArrayList<>();
    StringBuilder prose = new StringBuilder();
    Set<String> anchors = new TreeSet<>();
    String mark = "";
    StringBuilder text = null;
    String language = "";
    int line = 0;
    int began = 0;
    for (String l : Files.readAllLines(file)) {
      line++;
      if (l.strip().startsWith("```")) {
        if (text == null) {
          text = new StringBuilder();
          language = l.strip().substring(3).strip();
          began = line;
        } else {
          blocks.add(new Block(file, began, language, mark, text.toString()));
          text = null;
          mark = "";
        }
      } else if (text != null) {
        text.append(l).append('\n');
      } else {
        Matcher m = MARK.matcher(l);
        if (m.find()) {
          mark = m.group(1);
        } else if (l.contains("<!-- test")) {
          throw new IllegalStateException(
              file + ":" + line + ": " + l + " (expected " + MARK + ")");
        } else if (!l.isBlank()) {
          mark = "";
        }
        if (l.startsWith("#")) {
          anchors.add(anchor(l.replaceFirst("^#+ ", "")));
        }
        prose.append(l).append('\n');
      }
    }
    if (text != null) {
      throw new IllegalStateException(file + ":" + began + ": the block does not end");
    }
    List<String> codes = CODE.matcher(prose).results().map(r -> r.group(1)).toList();
    String linked = CODE.matcher(prose).replaceAll("");
    List<String> links = LINK.matcher(prose).results().map(r -> r.group(1)).toList();
    return new Markdown(file, blocks, codes, linked.isEmpty() ? List.of() : links, anchors);
  }

  /** As GitHub makes them. */
  private static String anchor(String heading) {
    return heading
        .replaceAll("[`*]", "")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .replace(' ', '-');
  }
}
