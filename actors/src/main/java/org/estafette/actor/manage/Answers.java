package org.estafette.actor.manage;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.estafette.actor.record.Json;

/** Answers that are not problems. */
final class Answers {
  private static final RawHeader NO_STORE = RawHeader.create("Cache-Control", "no-store");

  private Answers() {}

  /** A record as JSON, names in snake_case. */
  static HttpResponse json(Object value) {
    try {
      return bytes(ContentTypes.APPLICATION_JSON, Json.LINES.writeValueAsBytes(value));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static HttpResponse text(ContentType type, String text) {
    return bytes(type, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Of this moment: nobody may keep it. */
  static HttpResponse bytes(ContentType type, byte[] bytes) {
    return HttpResponse.create().withEntity(HttpEntities.create(type, bytes)).addHeader(NO_STORE);
  }

  /** Elsewhere, for this request only. */
  static HttpResponse see(String location) {
    return HttpResponse.create()
        .withStatus(307)
        .addHeader(RawHeader.create("Location", location))
        .addHeader(NO_STORE);
  }
}
