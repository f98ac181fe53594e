package org.estafette.actor.join;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a node's management, where that is open, what the node calls itself. */
final class SelfNode {
  /** Akka Management's own. */
  static final int PORT = 8558;

  private static final Pattern SELF =
      Pattern.compile("\"selfNode\"\\s*:\\s*\"akka://estafette@([^\"]+)\"");

  private SelfNode() {}

  /** {@code host:port} of its own; empty where nobody says. */
  static Optional<String> ask(String host, int port, int patience) {
    try {
      HttpURLConnection http =
          (HttpURLConnection)
              URI.create(
                      "http://"
                          + (host.contains(":") ? "[" + host + "]" : host)
                          + ":"
                          + port
                          + "/cluster/members")
                  .toURL()
                  .openConnection();
      http.setConnectTimeout(patience);
      http.setReadTimeout(patience);
      try (InputStream body = http.getInputStream()) {
        Matcher m = SELF.matcher(new String(body.readNBytes(1 << 20), StandardCharsets.UTF_8));
        return m.find() ? Optional.of(m.group(1)) : Optional.empty();
      } finally {
        http.disconnect();
      }
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
