package org.estafette.actor.security;

import akka.actor.ActorSystem;
import akka.remote.artery.tcp.SSLEngineProvider;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import scala.Option;

/**
 * Mutual TLS 1.3 between nodes, from a key folder. Akka's own provider for PEM files takes RSA keys
 * only; this one takes what the folder holds. Files that are replaced count from the next
 * connection on; connections that stand go on.
 *
 * <p>A peer must show a certificate of the folder's authority, and one that shares a name with the
 * node's own: an authority that also certifies other services does not let these in. The name that
 * a peer was called by is not compared, as nodes' addresses may change.
 */
public final class ArteryTls implements SSLEngineProvider {
  private static final String FOLDER = "estafette-tls.keys";
  private static final String[] PROTOCOLS = {"TLSv1.3"};

  private final ReloadedKeys keys;

  /** Made by Akka, for a system whose configuration has {@link #config}. */
  public ArteryTls(ActorSystem system) {
    this(Path.of(system.settings().config().getString(FOLDER)));
  }

  ArteryTls(Path folder) {
    this.keys = new ReloadedKeys(folder);
  }

  /** What Akka's configuration needs for TLS with the keys of a folder. */
  public static Config config(KeyFolder folder) {
    return ConfigFactory.parseMap(
        Map.of(
            "akka.remote.artery.transport",
            "tls-tcp",
            "akka.remote.artery.ssl.ssl-engine-provider",
            ArteryTls.class.getName(),
            FOLDER,
            folder.path().toString()),
        "security.keys");
  }

  @Override
  public SSLEngine createServerSSLEngine(String host, int port) {
    SSLEngine engine = keys.now().context().createSSLEngine(host, port);
    engine.setUseClientMode(false);
    engine.setNeedClientAuth(true);
    engine.setEnabledProtocols(PROTOCOLS);
    return engine;
  }

  @Override
  public SSLEngine createClientSSLEngine(String host, int port) {
    SSLEngine engine = keys.now().context().createSSLEngine(host, port);
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(PROTOCOLS);
    return engine;
  }

  @Override
  public Option<Throwable> verifyClientSession(String host, SSLSession session) {
    return verify("node at " + host, session);
  }

  @Override
  public Option<Throwable> verifyServerSession(String host, SSLSession session) {
    return verify("node that connected", session);
  }

  private Option<Throwable> verify(String who, SSLSession session) {
    try {
      Certificate[] shown = session.getPeerCertificates();
      if (shown.length > 0 && shown[0] instanceof X509Certificate peer) {
        Set<String> theirs = names(peer);
        Set<String> ours = names(keys.now().folder().own());
        if (theirs.stream().anyMatch(ours::contains)) {
          return Option.empty();
        }
        return Option.apply(
            new SSLException(
                "the "
                    + who
                    + " has a certificate for "
                    + theirs
                    + " (expected at least one name of "
                    + ours
                    + ", as all nodes of a cluster share)"));
      }
      return Option.apply(new SSLException("the " + who + " showed no X.509 certificate"));
    } catch (SSLPeerUnverifiedException e) {
      return Option.apply(e);
    }
  }

  /** Subject and alternative names; without those that every machine has. */
  private static Set<String> names(X509Certificate certificate) {
    Set<String> names = new HashSet<>(Certified.names(certificate));
    names.removeIf(n ->
        n.equals("localhost")
            || n.startsWith("127.")
            || n.equals("::1")
            || n.equals("0:0:0:0:0:0:0:1"));
    names.add(certificate.getSubjectX500Principal().getName());
    return names;
  }
}
