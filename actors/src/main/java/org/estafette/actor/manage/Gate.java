package org.estafette.actor.manage;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.BasicHttpCredentials;
import akka.http.javadsl.model.headers.RawHeader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a request may be answered at all.
 *
 * <p>A page from elsewhere, open in the browser of somebody who may ask, must not get through: not
 * by a name of its own that leads to this machine (the host must be a loopback one where only
 * loopback is bound), and not by a form or a script that posts here (the origin must be our own).
 */
final class Gate {
  /** Probes of orchestrators have no password; they learn yes or no and the names of checks. */
  static final Set<String> OPEN = Set.of("/ready", "/alive");

  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

  private final boolean loopback;
  private final @Nullable Credentials credentials;

  /** Who may ask. */
  record Credentials(String user, String password) {
    /** Without the password: records end up in logs. */
    @Override
    public String toString() {
      return "Credentials[user=" + user + "]";
    }
  }

  /**
   * @param loopback whether only a loopback address is bound
   * @param credentials null where nobody is asked
   */
  Gate(boolean loopback, @Nullable Credentials credentials) {
    this.loopback = loopback;
    this.credentials = credentials;
  }

  /** Who asks; empty where nobody is asked. */
  String user() {
    return credentials == null ? "" : credentials.user();
  }

  /** The refusal, or null where the request may be answered. */
  @Nullable HttpResponse refusal(HttpRequest request) {
    String path = request.getUri().path();
    String host = request.getUri().host().address();
    if (loopback && !isLoopback(host)) {
      return Problem.of(
          Problem.FOREIGN,
          "Foreign host",
          421,
          "Host "
              + host
              + " (expected localhost or a loopback address, which is all that is bound)",
          path);
    }
    if (credentials != null && !OPEN.contains(path) && !known(request, credentials)) {
      return Problem.of(
              Problem.CREDENTIALS,
              "Unauthorized",
              401,
              "no user and password, or wrong ones (expected HTTP basic authentication)",
              path)
          .addHeader(
              RawHeader.create("WWW-Authenticate", "Basic realm=\"estafette\", charset=\"UTF-8\""));
    }
    if (!SAFE.contains(request.method().value()) && foreign(request)) {
      return Problem.of(
          Problem.FOREIGN,
          "Foreign origin",
          403,
          "Origin "
              + header(request, "Origin")
              + " (expected this server's own, or a request that is not from a web page)",
          path);
    }
    return null;
  }

  /** Takes the same time whatever is wrong: digests have one length, both are compared. */
  private static boolean known(HttpRequest request, Credentials expected) {
    BasicHttpCredentials given =
        request
            .getHeader(akka.http.javadsl.model.headers.Authorization.class)
            .map(akka.http.javadsl.model.headers.Authorization::credentials)
            .filter(BasicHttpCredentials.class::isInstance)
            .map(BasicHttpCredentials.class::cast)
            .orElse(null);
    if (given == null) {
      return false;
    }
    boolean user = same(given.username(), expected.user());
    boolean password = same(given.password(), expected.password());
    return user & password;
  }

  private static boolean same(String given, String expected) {
    return MessageDigest.isEqual(digest(given), digest(expected));
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean foreign(HttpRequest request) {
    String site = header(request, "Sec-Fetch-Site");
    if (site.equals("cross-site") || site.equals("same-site")) {
      return true;
    }
    String origin = header(request, "Origin");
    if (origin.isEmpty()) {
      return false;
    }
    try {
      URI from = new URI(origin);
      var own = request.getUri();
      return from.getHost() == null
          || !from.getHost().equalsIgnoreCase(bracketed(own.host().address()))
          || port(from) != own.port()
          || !own.getScheme().equalsIgnoreCase(from.getScheme());
    } catch (java.net.URISyntaxException e) {
      return true;
    }
  }

  private static int port(URI from) {
    return from.getPort() >= 0 ? from.getPort() : "https".equals(from.getScheme()) ? 443 : 80;
  }

  private static String bracketed(String host) {
    return host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
  }

  private static String header(HttpRequest request, String name) {
    return request.getHeader(name).map(h -> h.value()).orElse("");
  }

  /** By its form alone: a name is not looked up, for whoever asks may own the name. */
  static boolean isLoopback(String host) {
    String h = host.toLowerCase(Locale.ROOT);
    return h.equals("localhost")
        || h.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}")
        || h.equals("::1")
        || h.equals("[::1]")
        || h.equals("0:0:0:0:0:0:0:1");
  }
}
