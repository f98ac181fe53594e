package org.estafette.actor.join;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.estafette.actor.config.ConfigException;

/** Reads what {@code --join} and {@code cluster.join} say. */
public final class JoinSources {
  private static final String EXPECTED =
      " (expected HOST:PORT[,HOST:PORT…] as `estafette train` prints it, file:PATH, dns:NAME[:PORT]"
          + " or kubernetes:LABEL-SELECTOR)";

  private JoinSources() {}

  /**
   * @param text what was given
   * @param akka configuration of this node with its {@code akka} section; of use to Kubernetes
   * @throws ConfigException where it is none of the forms
   */
  public static JoinSource parse(String text, Config akka) {
    if (text.startsWith("file:") && text.length() > 5) {
      return new SeedFile(Path.of(text.substring(5)));
    }
    if (text.startsWith("dns:") && text.length() > 4) {
      return DnsLookup.of(text, akka);
    }
    if (text.startsWith("kubernetes:") && text.length() > 11) {
      return new KubernetesLookup(text.substring(11), akka);
    }
    return new SeedList(text, addresses(text));
  }

  /** Whether the text is of one of the forms; asks nobody. */
  public static void check(String text) {
    if (!text.matches("(file|dns|kubernetes):.+")) {
      addresses(text);
    } else if (text.startsWith("dns:")) {
      DnsLookup.of(text, ConfigFactory.empty());
    }
  }

  private static List<HostPort> addresses(String text) {
    List<HostPort> all = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      all.add(
          HostPort.parse(one.strip())
              .orElseThrow(
                  () -> new ConfigException("--join " + text + ": " + no(one) + EXPECTED)));
    }
    return List.copyOf(all);
  }

  static String no(String one) {
    return "\"" + one.strip() + "\" is no address";
  }

  /** Addresses that stand there. */
  private record SeedList(String text, List<HostPort> addresses) implements JoinSource {
    @Override
    public List<HostPort> look() {
      return addresses;
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
