package org.estafette.actor.manage;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import java.util.Set;

/**
 * Akka Management's routes that {@code openapi.json} describes. It has others, which end the whole
 * cluster or add members to it, and a later release may have more: those are not let through.
 */
final class AkkaRoutes {
  private static final Set<String> READ =
      Set.of("/ready", "/alive", "/cluster/members", "/cluster/domain-events");
  private static final Set<String> OF_A_MEMBER = Set.of("DELETE", "GET", "PUT");

  private AkkaRoutes() {}

  private static boolean member(String path) {
    return path.matches("/cluster/members/[^/]+");
  }

  static boolean described(String method, String path) {
    return READ.contains(path)
        ? method.equals("GET")
        : member(path) && OF_A_MEMBER.contains(method);
  }

  /** Of what is not described. */
  static HttpResponse refusal(String method, String path) {
    if (!READ.contains(path) && !member(path)) {
      return Problem.of(404, AkkaErrors.unknown(path), path);
    }
    String allowed = member(path) ? "DELETE, GET, PUT" : "GET";
    return Problem.of(405, method + " (expected " + allowed + ")", path)
        .addHeader(RawHeader.create("Allow", allowed));
  }
}
