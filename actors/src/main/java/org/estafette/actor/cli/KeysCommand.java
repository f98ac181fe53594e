package org.estafette.actor.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.security.Certified;
import org.estafette.actor.security.KeyFolder;
import org.estafette.actor.security.KeyInspection;
import org.estafette.actor.security.KeyMaker;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes and shows the keys of a cluster. */
@Command(
    name = "keys",
    description =
        "Makes and shows keys: TLS between nodes, authenticated tensors, and the password of the"
            + " management endpoints.",
    mixinStandardHelpOptions = true,
    subcommands = {KeysCommand.Create.class, KeysCommand.Add.class, KeysCommand.Show.class},
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  estafette keys create --host 192.168.1.10",
      "  estafette train --keys keys",
      "  estafette keys add --host 192.168.1.11 --out keys-b    a folder for another machine",
      "  estafette keys show keys",
    })
final class KeysCommand {
  /** What both commands take that make keys. */
  abstract static class Making implements Callable<Integer> {
    @Option(
        names = "--host",
        paramLabel = "NAME_OR_IP",
        description = "A name or an address under which the node is reached; may be repeated.")
    List<String> hosts = new ArrayList<>();

    @Option(
        names = "--days",
        paramLabel = "N",
        description = "For how long the node's certificate is valid. Default: ${DEFAULT-VALUE}.")
    int days = 365;

    @Option(names = "--force", description = "Replace the keys that are there.")
    boolean force;

    void check() {
      if (days < 1 || days > 36_500) {
        throw new ConfigException("--days " + days + " (expected 1 … 36500)");
      }
    }
  }

  /** Makes a cluster's keys. */
  @Command(
      name = "create",
      description = {
        "Makes a cluster's keys: ca.crt, tls.crt, tls.key, channel.key, management.password, and"
            + " ca/ca.key, which stays here.",
      },
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Examples:",
        "  estafette keys create",
        "  estafette keys create --host 192.168.1.10 --host trainer.local --out keys",
      })
  static final class Create extends Making {
    @Option(
        names = "--out",
        paramLabel = "DIR",
        description = "Where to. Default: ${DEFAULT-VALUE}.")
    Path out = Path.of("keys");

    @Override
    public Integer call() throws IOException {
      check();
      KeyMaker.create(out, hosts, days, force);
      print(KeyFolder.inspect(out));
      System.out.println();
      System.out.println("  train     estafette train --keys " + out);
      System.out.println(
          "  others    estafette keys add --keys "
              + out
              + " --host HOST, and copy its folder there");
      System.out.println("  keep      " + out.resolve("ca") + " on this machine only");
      return ExitStatus.OK.code();
    }
  }

  /** Makes another node's keys. */
  @Command(
      name = "add",
      description =
          "Makes the folder of another node of the same cluster, or renews a node's certificate.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Examples:",
        "  estafette keys add --host 192.168.1.11",
        "  estafette keys add --host 192.168.1.11 --out keys-b --force    renews it",
      })
  static final class Add extends Making {
    @Option(
        names = "--keys",
        paramLabel = "DIR",
        description = "The folder that `keys create` made. Default: ${DEFAULT-VALUE}.")
    Path keys = Path.of("keys");

    @Option(
        names = "--out",
        paramLabel = "DIR",
        description = "Where to. Default: the folder's name with the host's.")
    @Nullable Path out;

    @Override
    public Integer call() throws IOException {
      check();
      if (hosts.isEmpty()) {
        throw new ConfigException("--host is missing (expected a name or an address of the node)");
      }
      Path folder = out;
      if (folder == null) {
        Path from = keys.toAbsolutePath().normalize();
        folder =
            keys.resolveSibling(
                from.getFileName() + "-" + hosts.getFirst().replaceAll("[^A-Za-z0-9.-]", "-"));
      }
      KeyMaker.add(keys, folder, hosts, days, force);
      print(KeyFolder.inspect(folder));
      return ExitStatus.OK.code();
    }
  }

  /** Shows keys. */
  @Command(
      name = "show",
      description = "Shows what is in a folder of keys, and what is the matter with it; no secret.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example:", "  estafette keys show keys"})
  static final class Show implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "DIR", description = "Default: ${DEFAULT-VALUE}.")
    Path folder = Path.of("keys");

    @Override
    public Integer call() {
      KeyInspection found = KeyFolder.inspect(folder);
      print(found);
      return found.problems().isEmpty() ? ExitStatus.OK.code() : ExitStatus.UNEXPECTED.code();
    }
  }

  private static void print(KeyInspection found) {
    System.out.println(found.folder());
    for (Certified c : found.certificates()) {
      System.out.println("  " + c.file());
      System.out.println("    subject      " + c.subject());
      System.out.println("    issuer       " + c.issuer());
      if (!c.names().isEmpty()) {
        System.out.println("    names        " + String.join(", ", c.names()));
      }
      System.out.println("    valid        " + c.from() + " to " + c.until());
      System.out.println("    fingerprint  " + c.fingerprint());
    }
    if (!found.channelFingerprint().isEmpty()) {
      System.out.println("  channel.key    is " + found.channelFingerprint());
    }
    System.out.println(
        found.hasAuthority()
            ? "  ca/ca.key      is here: this folder certifies further nodes"
            : "  ca/ca.key      is not here");
    found.warnings().forEach(w -> System.out.println("  note  " + w));
    found.problems().forEach(p -> System.out.println("  BAD   " + p));
  }
}
