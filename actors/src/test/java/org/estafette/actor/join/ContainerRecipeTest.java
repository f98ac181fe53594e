package org.estafette.actor.join;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** conf/k8s/Containerfile and the launcher in it, which no test builds. */
final class ContainerRecipeTest {
  private static final Path ROOT = Path.of(System.getProperty("estafette.root", ".."));
  private static final Path LAUNCHER = ROOT.resolve("conf/k8s/estafette.sh");

  /** Instructions, continued lines put together. */
  private static List<String> recipe() throws IOException {
    return Files.readString(ROOT.resolve("conf/k8s/Containerfile"))
        .replaceAll("\\\\\n\\s*", " ")
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .toList();
  }

  private static String last(String instruction) throws IOException {
    return recipe().stream()
        .filter(line -> line.startsWith(instruction + " "))
        .reduce((a, b) -> b)
        .orElseThrow()
        .substring(instruction.length() + 1);
  }

  private static String run(List<String> command, Path in) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(in.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
    return said;
  }

  @Test
  void shouldStartTheLauncherItselfAsAUserWithoutRights() throws IOException {
    assertThat(last("ENTRYPOINT")).isEqualTo("[\"/opt/estafette/bin/estafette\"]");
    assertThat(last("CMD")).startsWith("[");
    assertThat(last("USER")).isEqualTo("10001");
    assertThat(recipe()).anyMatch(line -> line.startsWith("RUN useradd --uid 10001 "));
  }

  @Test
  void shouldCopyOnlyWhatThereIs() throws IOException {
    List<String> named =
        recipe().stream()
            .flatMap(line -> Arrays.stream(line.split("\\s+")))
            .filter(word -> word.equals("conf") || word.startsWith("conf/"))
            .toList();
    assertThat(named).contains("conf", "conf/k8s/estafette.sh");
    assertThat(named).allSatisfy(path -> assertThat(ROOT.resolve(path)).exists());
    assertThat(Files.readAllLines(ROOT.resolve(".dockerignore")))
        .contains(".git", "**/target", "**/*.key")
        .doesNotContain("conf", "*");
  }

  @Test
  void shouldOpenThePortsThatTheManifestsName() throws IOException {
    assertThat(last("EXPOSE")).isEqualTo("25520/tcp 25521/udp 8558/tcp");
  }

  @Test
  void shouldHandEverythingToJavaInsteadOfTheShell(@TempDir Path dir) throws Exception {
    run(List.of("sh", "-n", LAUNCHER.toAbsolutePath().toString()), dir);
    Path home = Files.createDirectories(dir.resolve("home/bin"));
    Path own = Files.copy(LAUNCHER, home.resolve("estafette"));
    Path java = Files.createDirectories(dir.resolve("fake")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    ProcessBuilder builder =
        new ProcessBuilder("sh", own.toString(), "node", "--key", "two words")
            .redirectErrorStream(true);
    builder.environment().put("PATH", java.getParent() + ":" + System.getenv("PATH"));
    builder.environment().put("ESTAFETTE_CLASSPATH", "/own/classes");
    builder.environment().put("ESTAFETTE_OPTS", "-Xmx1g -Dx=y");
    Process process = builder.start();
    List<String> arguments =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertThat(process.waitFor()).isZero();
    Path at = dir.resolve("home").toRealPath();
    assertThat(arguments)
        .contains("@" + at + "/conf/jvm.options", "-Xmx1g", "-Dx=y", at + "/lib/*:/own/classes")
        .endsWith("org.estafette.actor.cli.Main", "node", "--key", "two words");
    assertThat(Files.readString(LAUNCHER)).contains("\nexec java ");
  }
}
