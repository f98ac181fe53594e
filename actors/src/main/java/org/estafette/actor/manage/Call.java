package org.estafette.actor.manage;

import akka.http.javadsl.model.AttributeKeys;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * A request that may be answered.
 *
 * @param request as it came
 * @param user who asks; empty where nobody is asked for a name
 * @param parts of the path that stand for the braces of the operation's
 */
record Call(HttpRequest request, String user, List<String> parts) {
  /** The same for an operation with such parts in its path. */
  Call with(List<String> found) {
    return new Call(request, user, found);
  }

  String path() {
    return request.getUri().path();
  }

  Optional<String> header(String name) {
    return request.getHeader(name).map(HttpHeader::value);
  }

  Optional<String> query(String name) {
    return request.getUri().query().get(name);
  }

  /** For the log: who asks and from where. */
  String by() {
    String from =
        request
            .getAttribute(AttributeKeys.remoteAddress)
            .flatMap(akka.http.javadsl.model.RemoteAddress::getAddress)
            .map(InetAddress::getHostAddress)
            .orElse("an unknown address");
    boolean own = header("User-Agent").orElse("").startsWith("estafette-cli");
    return (user.isEmpty() ? "" : user + ", ")
        + (own ? "command line" : "management")
        + " at "
        + from;
  }
}
