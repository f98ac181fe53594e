package org.estafette.actor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.estafette.actor.config.ConfigReader;
import org.estafette.actor.config.FaultPlanReader;
import org.estafette.algorithm.Refusal;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import picocli.CommandLine;

/** What the documentation names is there: files, links, options, keys, classes, messages. */
final class DocumentationTest {
  /** Files that a run or a user has, and not the repository. */
  private static final Pattern ELSEWHERE =
      Pattern.compile(
          "(runs|logs|\\.\\./shared|checkpoints|target|my|my/.*|/dev/shm|keys|ca|corrupt-version-…|\\.writing-)(/.*)?"
              + "|(config\\.conf|metrics\\.jsonl|summary\\.json|report\\.html|tables\\.md|figures\\.html"
              + "|verdict\\.(md|json)|src\\.zip|lib/src\\.zip|data_batch_1\\.bin|test_batch\\.bin"
              + "|org/example|(model|data|outer)\\.options|hs_err_pid|config\\.json|management\\.json|estafette\\.classpath)");

  /** Files of a folder of keys whose names look like keys of the configuration. */
  private static final Set<String> KEY_FILES = Set.of("channel.key", "management.password");

  private static List<Markdown> pages = List.of();
  private static List<Path> files = List.of();
  private static String sources = "";
  private static Set<String> options = Set.of();
  private static Config reference = com.typesafe.config.ConfigFactory.empty();

  @BeforeAll
  static void read() throws IOException {
    pages = Markdown.all();
    assertThat(pages).hasSizeGreaterThan(10);
    files = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (String module :
        List.of("topology", "native", "algorithms", "actors", "bench", "conf", "docs", "dev")) {
      try (Stream<Path> all = Files.walk(OwnClasses.ROOT.resolve(module))) {
        for (Path file : all.filter(f -> !f.toString().contains("/target/")).toList()) {
          files.add(OwnClasses.ROOT.relativize(file));
          if (file.toString().contains("/src/main/") && file.toString().endsWith(".java")) {
            text.append(Files.readString(file)).append('\n');
          }
        }
      }
    }
    // Literals that are put together in the source are one text for whoever reads the message.
    sources = text.toString().replaceAll("\"\\s*(\\.formatted\\([^()]*\\)\\s*)?\\+\\s*\"", "");
    options = new TreeSet<>();
    collect(Main.commandLine());
    collectScripts();
    reference = ConfigReader.reference().getConfig("estafette");
  }

  /** What the scripts for GPUs understand stands in their text. */
  private static void collectScripts() throws IOException {
    for (String script : List.of("dev/gpu-check", "dev/gpu/run")) {
      Pattern.compile("(?<![\\w-])--[a-z][a-z-]*")
          .matcher(Files.readString(OwnClasses.ROOT.resolve(script)))
          .results()
          .forEach(r -> options.add(r.group()));
    }
  }

  private static void collect(CommandLine command) {
    command.getCommandSpec().options().forEach(o -> options.addAll(List.of(o.names())));
    command.getSubcommands().values().forEach(DocumentationTest::collect);
  }

  @Test
  void everyLinkShouldLeadSomewhere() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Markdown page : pages) {
      for (String link : page.links()) {
        if (link.matches("(https?|mailto):.*")) {
          continue;
        }
        String[] parts = link.split("#", 2);
        Path target =
            parts[0].isEmpty()
                ? page.file()
                : page.file().getParent().resolve(parts[0]).normalize();
        boolean there =
            Files.exists(target)
                && (parts.length == 1 || Markdown.read(target).anchors().contains(parts[1]));
        if (!there) {
          dead.add(OwnClasses.ROOT.relativize(page.file()) + ": " + link);
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  @Test
  void everyPageShouldStandInTheIndex() throws IOException {
    Markdown index = Markdown.read(OwnClasses.ROOT.resolve("docs/README.md"));
    try (Stream<Path> all = Files.list(OwnClasses.ROOT.resolve("docs"))) {
      assertThat(all.map(f -> f.getFileName().toString()))
          .filteredOn(name -> name.endsWith(".md") && !name.equals("README.md"))
          .isSubsetOf(index.links());
    }
  }

  @Test
  void everyFileInBackticksShouldBeThere() {
    List<String> missing = new ArrayList<>();
    for (Markdown page : pages) {
      if (page.file().endsWith("CHANGELOG.md")) {
        continue; // Tells of what was, too.
      }
      for (String code : page.codes()) {
        if (isFile(code) && !there(page, code)) {
          missing.add(OwnClasses.ROOT.relativize(page.file()) + ": " + code);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  private static boolean isFile(String code) {
    return !code.contains(" ")
        && !code.matches(".*[<>{}()$=|].*")
        && (code.matches("[A-Za-z…._/-]*/[A-Za-z0-9…._/*-]*")
            || code.matches(".*\\.(md|conf|java|json|jsonl|html|sh|options)"));
  }

  private static boolean there(Markdown page, String code) {
    String path = code.replaceFirst("^\\./", "").replaceFirst("/$", "");
    if (ELSEWHERE.matcher(path).matches()
        || path.matches(
            "(/estafette|/metrics|/ready|/alive|/cluster/members|application|text).*")) {
      return true;
    }
    if (Files.exists(OwnClasses.ROOT.resolve(path))
        || Files.exists(page.file().getParent().resolve(path))) {
      return true;
    }
    PathMatcher matcher =
        FileSystems.getDefault()
            .getPathMatcher("glob:" + (path.contains("/") ? "" : "**/") + path.replace("…", "**"));
    PathMatcher below =
        FileSystems.getDefault().getPathMatcher("glob:**/" + path.replace("…", "**"));
    return files.stream().anyMatch(f -> matcher.matches(f) || below.matches(f));
  }

  @Test
  void everyOptionShouldBeOneThatACommandHas() {
    List<String> unknown = new ArrayList<>();
    Pattern option = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*");
    for (Markdown page : pages) {
      for (String code : page.codes()) {
        if (code.matches("(docker|mvn|kubectl|sysctl|curl|git|-X|javac|java) .*")) {
          continue;
        }
        option
            .matcher(code)
            .results()
            .map(r -> r.group())
            .filter(o -> !options.contains(o) && !o.matches("--(add|shm|release).*"))
            .forEach(o -> unknown.add(OwnClasses.ROOT.relativize(page.file()) + ": " + o));
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void everyKeyShouldBeInTheReference() {
    List<String> unknown = new ArrayList<>();
    Pattern key = Pattern.compile("(?:estafette\\.)?([a-z][a-z0-9-]*(?:\\.[a-z0-9-]+)+)( ?=.*)?");
    for (Markdown page : pages) {
      for (String code : page.codes()) {
        Matcher m = key.matcher(code.replaceFirst("^--set ", ""));
        if (!m.matches()
            || code.endsWith("…")
            || KEY_FILES.contains(code)
            || !reference.root().containsKey(m.group(1).split("\\.")[0])) {
          continue; // No key: a file, a package, a method.
        }
        String path = m.group(1);
        boolean free =
            path.matches("(model|data|outer)\\.options\\..*|(mailboxes|strategy-options)\\..*");
        if (!free
            && !reference.hasPathOrNull(path)
            && !code.matches(".*\\.(json|conf|jsonl|html)")) {
          unknown.add(OwnClasses.ROOT.relativize(page.file()) + ": " + code);
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void everyBlockShouldBeOfALanguageThatIsChecked() {
    for (Markdown page : pages) {
      for (Markdown.Block block : page.blocks()) {
        assertThat(block.language())
            .as(block.toString())
            .isIn("", "hocon", "java", "json", "yaml", "message");
      }
    }
  }

  @Test
  void everyConfigurationShouldBeRead(@TempDir Path folder) throws IOException {
    int read = 0;
    for (Markdown.Block block : blocks("hocon")) {
      Path file = Files.writeString(folder.resolve("block.conf"), block.text());
      try {
        if (block.text().startsWith("faults {")) {
          FaultPlanReader.read(file, 2);
        } else {
          ConfigReader.read(file, Map.of());
        }
      } catch (RuntimeException e) {
        throw new AssertionError(block + ": " + e.getMessage(), e);
      }
      read++;
    }
    assertThat(read).isGreaterThanOrEqualTo(5);
  }

  @Test
  void everyJsonAndYamlShouldBeRead() throws IOException {
    for (Markdown.Block block : blocks("json")) {
      assertThat(new ObjectMapper().readTree(block.text()).isContainerNode())
          .as(block.toString())
          .isTrue();
    }
    for (Markdown.Block block : blocks("yaml")) {
      assertThat(new Yaml().<Object>load(block.text()))
          .as(block.toString())
          .isInstanceOf(Map.class);
    }
  }

  /** A whole class is compiled by {@code BringYourOwnDocTest}. */
  @Test
  void everyExcerptShouldStandInAnExample() throws IOException {
    StringBuilder examples = new StringBuilder();
    for (Path file : files) {
      if (file.startsWith("docs/examples") && file.toString().endsWith(".java")) {
        examples.append(Files.readString(OwnClasses.ROOT.resolve(file)));
      }
    }
    for (Markdown.Block block : blocks("java")) {
      if (!block.text().startsWith("package ")) {
        assertThat(examples.toString()).as(block.toString()).contains(block.text());
      }
    }
  }

  @Test
  void everyMessageShouldBeOneThatTheProgramPrints() throws IOException {
    List<Markdown.Block> messages = blocks("message");
    assertThat(messages).hasSizeGreaterThan(8);
    for (Markdown.Block block : messages) {
      for (String message : block.text().lines().toList()) {
        assertPrinted(block.toString(), message);
      }
    }
    // Of the page about one's own classes, where messages stand in a table.
    Markdown own = Markdown.read(OwnClasses.ROOT.resolve("docs/bring-your-own.md"));
    own.codes().stream()
        .filter(code -> code.startsWith("…") && code.contains(" "))
        .forEach(code -> assertPrinted("bring-your-own", code));
  }

  private static void assertPrinted(String where, String message) {
    for (String piece : message.split("…|%[sd]")) {
      String text = piece.strip().replaceAll("^[:;(),]+|[:;(),]+$", "").strip();
      if (text.matches(".*[a-z]{2}.*")) {
        assertThat(sources.replaceAll("%[,.0-9]*[sdf]", "%s").contains(text) || anyOrder(text))
            .as("%s quotes \"%s\"", where, text)
            .isTrue();
      }
    }
  }

  /**
   * Lists of a message that are handed in as a value stand in the sources as a text of their own.
   */
  private static boolean anyOrder(String text) {
    return Stream.of(text.replaceFirst("^expected ", "").split(", or "))
        .allMatch(part -> sources.contains(part.strip()));
  }

  @Test
  void runbookShouldHaveEveryReasonForARefusal() throws IOException {
    String runbook = Files.readString(OwnClasses.ROOT.resolve("docs/runbook.md"));
    for (Refusal refusal : Refusal.values()) {
      assertThat(runbook).contains("| `" + refusal.key() + "` | " + refusal.sentence() + " |");
    }
  }

  @Test
  void everyMetricShouldStandOnItsPage() throws IOException {
    String page = Files.readString(OwnClasses.ROOT.resolve("docs/metrics.md"));
    Pattern metric = Pattern.compile("\\bestafette_[a-z_]+");
    for (Markdown other : pages) {
      for (String code : other.codes()) {
        metric
            .matcher(code)
            .results()
            .forEach(r -> assertThat(page).as("%s: %s", other.file(), code).contains(r.group()));
      }
    }
  }

  @Test
  void everyStatusAndPromiseShouldNameWhatThereIs() throws IOException {
    String runbook = Files.readString(OwnClasses.ROOT.resolve("docs/assumptions.md"));
    // "Nothing lost silently" lists the reasons in words.
    for (Refusal refusal : Refusal.values()) {
      if (refusal != Refusal.NOT_A_NEIGHBOUR) {
        assertThat(runbook).contains(refusal.key().replace('_', ' '));
      }
    }
  }

  private static List<Markdown.Block> blocks(String language) {
    return pages.stream()
        .flatMap(p -> p.blocks().stream())
        .filter(b -> b.language().equals(language) && !b.how().startsWith("skip"))
        .toList();
  }
}
