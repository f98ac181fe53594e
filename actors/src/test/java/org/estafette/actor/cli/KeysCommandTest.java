package org.estafette.actor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.estafette.actor.run.TinyRuns;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code estafette keys}, and that no command lets a secret out. */
@Timeout(90)
final class KeysCommandTest {
  @TempDir Path dir;
  private Path keys = Path.of("");

  private record Result(int status, String text) {}

  @BeforeEach
  void create() {
    keys = dir.resolve("keys");
    Result made = call("keys", "create", "--out", keys.toString(), "--host", "alpha.example");
    assertThat(made.status()).as(made.text()).isZero();
    assertThat(made.text()).contains("alpha.example", "estafette train --keys " + keys);
    noSecretIn(made.text());
  }

  private static Result call(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream o = new ByteArrayOutputStream();
    try (PrintStream both = new PrintStream(o, true, StandardCharsets.UTF_8)) {
      System.setOut(both);
      System.setErr(both);
      return new Result(Main.commandLine().execute(args), o.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private List<String> secrets() {
    try {
      List<String> secrets = new ArrayList<>();
      for (String file : List.of("tls.key", "channel.key", "management.password", "ca/ca.key")) {
        Files.readString(keys.resolve(file))
            .lines()
            .filter(line -> !line.startsWith("-----"))
            .forEach(secrets::add);
      }
      assertThat(secrets).hasSizeGreaterThan(5);
      return secrets;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void noSecretIn(String text) {
    assertThat(secrets()).allSatisfy(secret -> assertThat(text).doesNotContain(secret));
  }

  @Test
  void shouldShowWhatIsThereAndWhatIsTheMatter() throws Exception {
    Result sound = call("keys", "show", keys.toString());
    assertThat(sound.status()).isZero();
    assertThat(sound.text())
        .contains("subject      CN=estafette", "alpha.example", "valid ", "fingerprint  ")
        .contains("channel.key    is ", "ca/ca.key      is here")
        .doesNotContain("BAD", "note");
    noSecretIn(sound.text());
    Files.setPosixFilePermissions(
        keys.resolve("tls.key"), PosixFilePermissions.fromString("rw-rw----"));
    Files.writeString(keys.resolve("channel.key"), "AAAA");
    Result unsound = call("keys", "show", keys.toString());
    assertThat(unsound.status()).isEqualTo(ExitStatus.UNEXPECTED.code());
    assertThat(unsound.text())
        .contains("note  " + keys.resolve("tls.key") + " has permissions rw-rw----")
        .contains(
            "BAD   " + keys.resolve("channel.key") + " holds 3 bytes (expected 32 in base64)");
    Result doctor = call("doctor", "--keys", keys.toString());
    assertThat(doctor.text())
        .contains("BAD  keys", "note keys", "channel.key holds 3 bytes")
        .doesNotContain("all well");
  }

  @Test
  void shouldMakeAFolderForAnotherNode() {
    Result made = call("keys", "add", "--keys", keys.toString(), "--host", "10.1.2.3");
    assertThat(made.status()).as(made.text()).isZero();
    assertThat(made.text()).contains("10.1.2.3", "ca/ca.key      is not here");
    noSecretIn(made.text());
    assertThat(dir.resolve("keys-10.1.2.3")).isDirectory();
    assertThat(call("doctor", "--keys", dir.resolve("keys-10.1.2.3").toString()).text())
        .contains("tls.crt: CN=estafette, valid until");
  }

  @Test
  void shouldRefuseWhatCannotBeMeant() {
    for (List<String> args :
        List.of(
            List.of("keys", "create", "--out", keys.toString()),
            List.of("keys", "add", "--keys", keys.toString()),
            List.of("keys", "add", "--keys", dir.toString(), "--host", "a"),
            List.of("keys", "create", "--out", dir.resolve("b").toString(), "--days", "0"),
            List.of("keys", "create", "--out", dir.resolve("b").toString(), "--host", "a:1"))) {
      Result refused = call(args.toArray(String[]::new));
      assertThat(refused.status()).as(args + ": " + refused.text()).isEqualTo(2);
      assertThat(refused.text()).as(args.toString()).contains("estafette: ", "(expected");
    }
    assertThat(dir.resolve("b")).doesNotExist();
  }

  @Test
  void shouldTrainWithKeysAndWriteNoneOfThemDown() throws Exception {
    Path text = TinyRuns.text(dir);
    Path run = dir.resolve("run");
    List<String> args =
        new ArrayList<>(
            List.of("train", "--plain", "--out", run.toString(), "--keys", keys.toString()));
    TinyRuns.settings(text, "tokens", "1280", "akka.loglevel", "INFO")
        .forEach((k, v) -> args.addAll(List.of("--set", k + "=" + v)));
    Result trained = call(args.toArray(String[]::new));
    assertThat(trained.status()).as(trained.text()).isZero();
    noSecretIn(trained.text());
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        noSecretIn(Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    assertThat(Files.readString(run.resolve("config.conf"))).contains(keys.toString());
  }
}
