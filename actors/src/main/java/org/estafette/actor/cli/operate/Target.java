package org.estafette.actor.cli.operate;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.security.KeyFolder;
import org.jspecify.annotations.Nullable;

/**
 * A management that is asked.
 *
 * @param url without a slash at the end
 * @param found where the URL is from, for messages; empty where it was given
 * @param user who asks
 * @param password empty for none
 * @param run the run that is meant, in hexadecimal; null for whichever is there
 * @param keys whose authority is trusted; null for those that everybody trusts
 */
public record Target(
    URI url,
    String found,
    String user,
    String password,
    @Nullable KeyFolder keys,
    @Nullable String run) {
  /** Without the password: records end up in logs. */
  @Override
  public String toString() {
    return "Target[url=" + url + found + ", user=" + user + "]";
  }

  /**
   * What a person gave; null for what is to be found.
   *
   * @param url of the management
   * @param run folder of the run
   * @param keys folder made by {@code estafette keys create}
   */
  public record Given(
      @Nullable String url,
      @Nullable Path run,
      @Nullable String user,
      @Nullable Path passwordFile,
      @Nullable Path keys) {}

  /**
   * Finds the management: the URL that was given, or that of the run's folder, or of the newest run
   * that has one.
   *
   * @param runs folder of the runs
   * @param environment of the process
   * @throws ConfigException where there is no such run, a file cannot be read, or a password would
   *     go over a network in clear
   */
  public static Target find(Given given, Path runs, UnaryOperator<@Nullable String> environment)
      throws IOException {
    ManagementFile file = null;
    String found = "";
    if (given.url() == null) {
      Path folder = given.run() != null ? given.run() : newest(runs);
      if (!Files.isRegularFile(ManagementFile.in(folder))) {
        throw new ConfigException(
            folder
                + " has no management.json (expected a run that goes on, with"
                + " management.enabled); name its management with --url URL");
      }
      file = ManagementFile.read(folder);
      found =
          " (from "
              + ManagementFile.in(folder)
              + (file.alive() ? "" : "; its process " + file.pid() + " is gone")
              + ")";
    }
    Path keys =
        given.keys() != null
            ? given.keys()
            : file != null && file.keys() != null ? Path.of(file.keys()) : null;
    KeyFolder folder = keys == null ? null : KeyFolder.open(keys);
    URI url =
        file == null
            ? uri("--url", java.util.Objects.requireNonNull(given.url()))
            : uri("url" + found, file.url());
    String password = password(given, file, folder, environment);
    if (!password.isEmpty() && url.getScheme().equals("http") && !loopback(url.getHost())) {
      throw new ConfigException(
          url
              + found
              + " would get the password in clear (expected https://, or a loopback address); a"
              + " node with keys speaks https");
    }
    return new Target(
        url,
        found,
        given.user() != null ? given.user() : file != null ? file.user() : "estafette",
        password,
        folder,
        file == null ? null : file.run());
  }

  /** By its form alone: a name may lead anywhere. */
  private static boolean loopback(String host) {
    return host.equals("localhost")
        || host.equals("[::1]")
        || host.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");
  }

  private static Path newest(Path runs) throws IOException {
    return ManagementFile.newest(runs)
        .orElseThrow(() ->
            new ConfigException(
                "no run goes on in "
                    + runs
                    + " (expected `estafette train`, which writes management.json into its"
                    + " folder); name another with --run DIR or --url URL"));
  }

  private static URI uri(String what, String given) {
    String url = given.replaceFirst("(/estafette)?/*$", "");
    try {
      URI uri = new URI(url);
      if (url.matches("https?://[^/?#@]+") && uri.getHost() != null && uri.getPort() <= 65_535) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Below.
    }
    throw new ConfigException(
        what + " = " + given + " (expected http://HOST:PORT or https://HOST:PORT)");
  }

  private static String password(
      Given given,
      @Nullable ManagementFile file,
      @Nullable KeyFolder keys,
      UnaryOperator<@Nullable String> environment)
      throws IOException {
    if (given.passwordFile() != null) {
      return read(given.passwordFile(), "--password-file");
    }
    String word = environment.apply("ESTAFETTE_PASSWORD");
    if (word != null) {
      return word;
    }
    String named = environment.apply("ESTAFETTE_PASSWORD_FILE");
    if (named != null) {
      return read(Path.of(named), "ESTAFETTE_PASSWORD_FILE");
    }
    if (file != null && file.passwordFile() != null) {
      return read(Path.of(file.passwordFile()), "estafette.management.password-file");
    }
    return keys == null ? "" : keys.managementPassword();
  }

  private static String read(Path file, String what) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new ConfigException(what + " = " + file + " cannot be read: " + e);
    }
  }
}
