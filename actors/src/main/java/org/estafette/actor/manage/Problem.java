package org.estafette.actor.manage;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.StatusCodes;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.UncheckedIOException;
import org.estafette.actor.record.Json;
import org.jspecify.annotations.Nullable;

/**
 * An error as a problem document (RFC 9457).
 *
 * @param type what kind of problem, for programs; "about:blank" where the status says it all
 * @param title the same for people
 * @param status of the answer
 * @param detail what was seen, what was expected, what to do
 * @param instance path that was asked for
 * @param management where to ask instead; null where that does not help
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Problem(
    String type,
    String title,
    int status,
    String detail,
    String instance,
    @Nullable String management) {
  static final String WRITES_OFF = "urn:estafette:problem:writes-off";
  static final String NOT_HERE = "urn:estafette:problem:not-here";
  static final String CONFLICT = "urn:estafette:problem:conflict";
  static final String UNKNOWN = "urn:estafette:problem:unknown";
  static final String INVALID = "urn:estafette:problem:invalid";
  static final String FOREIGN = "urn:estafette:problem:foreign-request";
  static final String CREDENTIALS = "urn:estafette:problem:credentials";
  static final String NOT_READY = "urn:estafette:problem:not-ready";

  private static final ContentType JSON =
      MediaTypes.applicationWithFixedCharset("problem+json", HttpCharsets.UTF_8).toContentType();

  /** A problem that its status describes. */
  static HttpResponse of(int status, String detail, String instance) {
    return of("about:blank", StatusCodes.get(status).reason(), status, detail, instance);
  }

  static HttpResponse of(String type, String title, int status, String detail, String instance) {
    return new Problem(type, title, status, detail, instance, null).response();
  }

  HttpResponse response() {
    try {
      return HttpResponse.create()
          .withStatus(status)
          .withEntity(HttpEntities.create(JSON, Json.LINES.writeValueAsBytes(this)));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
