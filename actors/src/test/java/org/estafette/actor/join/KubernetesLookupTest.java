package org.estafette.actor.join;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import com.typesafe.config.ConfigFactory;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against an API server of the test's own; in a process, as where it is stands in the environment.
 */
@Timeout(120)
final class KubernetesLookupTest {
  private static final String PODS =
      """
      {"items":[
        {"metadata":{"labels":{"app":"estafette"}},
         "spec":{"containers":[{"name":"estafette","ports":[
           {"name":"control","containerPort":25520},{"name":"management","containerPort":8558}]}]},
         "status":{"phase":"Running","podIP":"10.4.0.7","containerStatuses":[{"name":"estafette","state":{"running":{}}}]}},
        {"metadata":{"labels":{"app":"estafette"}},
         "spec":{"containers":[{"name":"estafette","ports":[{"name":"control","containerPort":25520}]}]},
         "status":{"phase":"Pending"}},
        {"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z","labels":{"app":"estafette"}},
         "spec":{"containers":[{"name":"estafette","ports":[{"name":"control","containerPort":25520}]}]},
         "status":{"phase":"Running","podIP":"10.4.0.9","containerStatuses":[{"name":"estafette","state":{"running":{}}}]}}
      ]}
      """;

  @TempDir Path dir;

  /** What the process runs. */
  public static void main(String[] args) {
    try (JoinSource source = JoinSources.parse(args[0], ConfigFactory.parseString(args[1]))) {
      System.out.println("found " + source.look());
    } catch (LookupException e) {
      System.out.println("nothing: " + e.getMessage());
    }
    System.out.flush();
    System.exit(0);
  }

  @Test
  void shouldFindThePodsThatRunAndSayWhoMayList() throws Exception {
    Queue<String> asked = new ConcurrentLinkedQueue<>();
    HttpsServer api = server(asked);
    try {
      assertThat(look(api, "kubernetes:app=estafette,role=coordinator"))
          .contains("found [10.4.0.7:25520]");
      assertThat(asked)
          .anySatisfy(request ->
              assertThat(request)
                  .contains("/api/v1/namespaces/training/pods")
                  .contains("labelSelector=app%3Destafette,role%3Dcoordinator")
                  .contains("Bearer token-of-the-pod"));
      assertThat(look(api, "kubernetes:app=forbidden"))
          .contains("nothing: the Kubernetes API gave no pods for app=forbidden")
          .contains("rbac.yaml");
    } finally {
      api.stop(0);
    }
  }

  private String look(HttpsServer api, String join) throws Exception {
    Path token = Files.writeString(dir.resolve("token"), "token-of-the-pod");
    Path namespace = Files.writeString(dir.resolve("namespace"), "training");
    String config =
        "akka { loglevel = OFF, stdout-loglevel = OFF, discovery.kubernetes-api { api-ca-path = \""
            + dir.resolve("ca.crt")
            + "\", api-token-path = \""
            + token
            + "\", pod-namespace-path = \""
            + namespace
            + "\" } }";
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of(System.getProperty("estafette.root", ".."), "conf", "jvm.options"),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                KubernetesLookupTest.class.getName(),
                join,
                config));
    builder
        .environment()
        .putAll(
            Map.of(
                "KUBERNETES_SERVICE_HOST",
                "127.0.0.1",
                "KUBERNETES_SERVICE_PORT",
                Integer.toString(api.getAddress().getPort())));
    Process process = builder.redirectErrorStream(true).start();
    try {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return out;
    } finally {
      process.destroyForcibly();
    }
  }

  private HttpsServer server(Queue<String> asked) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair keys = generator.generateKeyPair();
    X500Name name = new X500Name("CN=fake API");
    Instant now = Instant.now();
    X509Certificate certificate =
        new JcaX509CertificateConverter()
            .getCertificate(
                new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(now.minusSeconds(3600)),
                        Date.from(now.plusSeconds(86400)),
                        name,
                        keys.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                    .addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")))
                    .build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate())));
    Files.writeString(
        dir.resolve("ca.crt"),
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
            + "\n-----END CERTIFICATE-----\n");
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    char[] password = "changeit".toCharArray();
    store.setKeyEntry("api", keys.getPrivate(), password, new X509Certificate[] {certificate});
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, password);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
    HttpsServer api = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    api.setHttpsConfigurator(new HttpsConfigurator(tls));
    api.createContext(
        "/",
        exchange -> {
          String request =
              exchange.getRequestURI().toASCIIString()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization");
          asked.add(request);
          boolean allowed = !request.contains("forbidden");
          byte[] body =
              (allowed ? PODS : "{\"reason\":\"Forbidden\"}").getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(allowed ? 200 : 403, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    api.start();
    return api;
  }
}
