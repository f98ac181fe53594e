package org.estafette.actor.cli;

import java.nio.file.Path;
import java.util.Map;
import org.estafette.actor.cli.operate.Client;
import org.estafette.actor.cli.operate.Target;
import org.estafette.actor.config.ConfigReader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What all commands take that ask a running cluster. */
final class Asking {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Management of the run's node. Default: that of the newest run below runs/ that goes on.")
  @Nullable String url;

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "Folder of the run, instead of the newest.")
  @Nullable Path run;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description = "Who asks. Default: estafette, or what the run's folder says.")
  @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description =
          "File with the password. Default: ESTAFETTE_PASSWORD, ESTAFETTE_PASSWORD_FILE, the"
              + " keys' own.")
  @Nullable Path passwordFile;

  @Option(
      names = "--keys",
      paramLabel = "DIR",
      description = "Keys of the cluster: their authority is trusted, their password sent.")
  @Nullable Path keys;

  @Option(names = "--json", description = "Print the answer as JSON.")
  boolean json;

  Client client() throws java.io.IOException {
    return new Client(
        Target.find(
            new Target.Given(url, run, user, passwordFile, keys),
            Path.of(ConfigReader.read(null, Map.of()).runFolder()),
            System::getenv));
  }
}
