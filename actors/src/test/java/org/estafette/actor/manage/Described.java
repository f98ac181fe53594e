package org.estafette.actor.manage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.TreeSet;
import org.estafette.actor.record.Json;

/** Holds answers against {@code openapi.json}, and remembers which of it was seen. */
final class Described {
  final JsonNode document;
  final Set<String> seen = new TreeSet<>();

  private final JsonNode strict;

  Described() throws IOException {
    try (InputStream in = Described.class.getResourceAsStream("openapi.json")) {
      document = Json.LINES.readTree(in);
    }
    strict = document.deepCopy();
    // Later releases may add fields; this one has none that are not described.
    strict.at("/components/schemas").properties().forEach(e -> forbidOthers(e.getValue()));
  }

  private static void forbidOthers(JsonNode schema) {
    if (schema instanceof ObjectNode object) {
      JsonNode properties = object.path("properties");
      // A configuration is described by docs/configuration.md.
      if (properties.isObject() && !properties.has("estafette")) {
        object.put("additionalProperties", false);
      }
      object.properties().forEach(e -> forbidOthers(e.getValue()));
    } else {
      schema.forEach(Described::forbidOthers);
    }
  }

  /** Every operation with every status: "GET /estafette/run 200". */
  Set<String> promised() {
    Set<String> all = new TreeSet<>();
    document
        .path("paths")
        .properties()
        .forEach(path ->
            operations(path.getKey())
                .forEach(method ->
                    path.getValue()
                        .path(method.toLowerCase(java.util.Locale.ROOT))
                        .path("responses")
                        .fieldNames()
                        .forEachRemaining(
                            status -> all.add(method + " " + path.getKey() + " " + status))));
    return all;
  }

  /** Methods of a path. */
  Set<String> operations(String path) {
    Set<String> methods = new TreeSet<>();
    document
        .path("paths")
        .path(path)
        .fieldNames()
        .forEachRemaining(name -> {
          if (!name.equals("parameters")) {
            methods.add(name.toUpperCase(java.util.Locale.ROOT));
          }
        });
    return methods;
  }

  /** Status, content type, headers and body of the answer are among what is described. */
  void check(String template, HttpResponse<String> answer) throws IOException {
    String method = answer.request().method();
    String what = method + " " + template + " " + answer.statusCode();
    JsonNode response =
        document
            .path("paths")
            .path(template)
            .path(method.toLowerCase(java.util.Locale.ROOT))
            .path("responses")
            .path(String.valueOf(answer.statusCode()));
    assertThat(response.isObject()).as("described: %s, got %s", what, answer.body()).isTrue();
    if (response.has("$ref")) {
      response = document.at(response.path("$ref").asText().substring(1));
    }
    seen.add(what);
    response
        .path("headers")
        .fieldNames()
        .forEachRemaining(name ->
            assertThat(answer.headers().firstValue(name)).as("%s %s", what, name).isPresent());
    JsonNode content = response.path("content");
    if (content.isMissingNode()) {
      return;
    }
    String type = answer.headers().firstValue("Content-Type").orElse("").split(";", 2)[0].strip();
    assertThat(content.has(type)).as("described: %s as %s", what, type).isTrue();
    if (type.endsWith("json")) {
      validate(content.path(type).path("schema"), answer.body(), what);
    }
  }

  private void validate(JsonNode schema, String body, String what) throws IOException {
    ObjectNode root = schema.deepCopy();
    root.set("components", strict.path("components"));
    assertThat(
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(root)
                .validate(Json.LINES.readTree(body)))
        .as("%s: %s", what, body)
        .isEmpty();
  }
}
