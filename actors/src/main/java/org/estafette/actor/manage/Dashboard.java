package org.estafette.actor.manage;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The dashboard's files, from the folder {@code dashboard} beside this class. Browsers keep them
 * and ask each time whether they are still right, so that a new release shows at once.
 */
final class Dashboard {
  static final String PREFIX = "/estafette/";

  private static final Map<String, ContentType> TYPES =
      Map.of(
          "html", ContentTypes.TEXT_HTML_UTF8,
          "js",
              MediaTypes.applicationWithOpenCharset("javascript").toContentType(HttpCharsets.UTF_8),
          "css", MediaTypes.TEXT_CSS.toContentType(HttpCharsets.UTF_8),
          "svg", MediaTypes.IMAGE_SVG_XML.toContentType(),
          "png", MediaTypes.IMAGE_PNG.toContentType(),
          "ico", MediaTypes.IMAGE_X_ICON.toContentType(),
          "woff2", MediaTypes.FONT_WOFF_2.toContentType(),
          "json", ContentTypes.APPLICATION_JSON,
          "txt", ContentTypes.TEXT_PLAIN_UTF8);

  /** Found files; there are no more names than files, for what is not there is not kept. */
  private final Map<String, Asset> found = new ConcurrentHashMap<>();

  private record Asset(ContentType type, byte[] bytes, String tag) {}

  /** The file of that path, or null where there is none. */
  @Nullable HttpResponse answer(Call call) {
    String path = call.path();
    if (!path.startsWith(PREFIX)) {
      return null;
    }
    String name = path.equals(PREFIX) ? "index.html" : path.substring(PREFIX.length());
    Asset asset = found.get(name);
    if (asset == null) {
      asset = read(name);
      if (asset == null) {
        return null;
      }
      found.put(name, asset);
    }
    HttpResponse answer =
        HttpResponse.create()
            .addHeader(RawHeader.create("ETag", asset.tag()))
            .addHeader(RawHeader.create("Cache-Control", "no-cache"));
    return call.header("If-None-Match").orElse("").contains(asset.tag())
        ? answer.withStatus(304)
        : answer.withEntity(HttpEntities.create(asset.type(), asset.bytes()));
  }

  private static @Nullable Asset read(String name) {
    // Plain names in plain folders only: nothing climbs out.
    if (!name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")) {
      return null;
    }
    ContentType type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      return null;
    }
    try (InputStream in = Dashboard.class.getResourceAsStream("dashboard/" + name)) {
      if (in == null) {
        return null;
      }
      byte[] bytes = in.readAllBytes();
      return new Asset(type, bytes, tag(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String tag(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return '"' + HexFormat.of().formatHex(digest, 0, 12) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
