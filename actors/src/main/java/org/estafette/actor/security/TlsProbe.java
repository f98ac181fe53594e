package org.estafette.actor.security;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Tries the TLS of a node's port by itself, to say in words why two nodes do not come together:
 * what fails inside a transport is only logged by it.
 */
public final class TlsProbe {
  private TlsProbe() {}

  /**
   * Why TLS does not come about with the node at {@code at}; empty where it does, where neither
   * side uses TLS, and where nothing can be said, as nobody answers there. Blocks for three times
   * {@code patience} at most.
   *
   * @param keys of this node; null where it has none
   * @param patience for each step [ms]
   */
  public static Optional<String> look(
      @Nullable KeyFolder keys, InetSocketAddress at, int patience) {
    String there = at.getHostString() + ":" + at.getPort();
    try {
      X509Certificate theirs = certificate(at, patience);
      if (theirs == null) {
        return keys == null
            ? Optional.empty()
            : Optional.of(
                "this node speaks TLS (security.keys = "
                    + keys.path()
                    + "), "
                    + there
                    + " does not; start both with keys of the same authority, or both without");
      }
      if (keys == null) {
        return Optional.of(
            there
                + " speaks TLS, this node has no keys; make some for it with `estafette keys add"
                + " --host HOST` where that cluster's keys were made, copy the folder here, and"
                + " name it with --keys DIR or security.keys");
      }
      return mutual(keys, at, patience)
          .map(why ->
              "TLS with "
                  + there
                  + " fails: "
                  + why
                  + ". Its certificate is of "
                  + theirs.getIssuerX500Principal()
                  + ", this node's of "
                  + keys.own().getIssuerX500Principal()
                  + (theirs.getIssuerX500Principal().equals(keys.own().getIssuerX500Principal())
                      ? "; look at `estafette keys show` on both machines"
                      : "; both must be of one authority: `estafette keys add` makes the folder"
                          + " for this node"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The certificate that is shown there; null where no TLS is spoken. */
  private static @Nullable X509Certificate certificate(InetSocketAddress at, int patience)
      throws IOException {
    AtomicReference<X509Certificate> shown = new AtomicReference<>();
    try (SSLSocket socket = connect(Looker.keeping(shown), at, patience)) {
      socket.startHandshake();
    } catch (SSLException | SocketException | SocketTimeoutException e) {
      // It was shown and not trusted; or what answers, hangs up or keeps silent is not TLS.
    }
    return shown.get();
  }

  private static Optional<String> mutual(KeyFolder keys, InetSocketAddress at, int patience)
      throws IOException {
    try (SSLSocket socket = connect(keys.mutual(), at, patience)) {
      socket.startHandshake();
      // In TLS 1.3 a server judges the client's certificate after the client has finished.
      socket.getOutputStream().write('A');
      int answer = socket.getInputStream().read();
      return answer < 0 ? Optional.of("the connection was ended without a word") : Optional.empty();
    } catch (SocketTimeoutException e) {
      return Optional.empty(); // It waits for more: it has accepted.
    } catch (SSLException | SocketException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static SSLSocket connect(SSLContext context, InetSocketAddress at, int patience)
      throws IOException {
    Socket plain = new Socket();
    try {
      try {
        plain.connect(new InetSocketAddress(at.getHostString(), at.getPort()), patience);
      } catch (SocketException | SocketTimeoutException e) {
        throw new IOException("nobody answers at " + at, e);
      }
      plain.setSoTimeout(patience);
      SSLSocket socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(plain, at.getHostString(), at.getPort(), true);
      socket.setEnabledProtocols(new String[] {"TLSv1.3"});
      return socket;
    } catch (IOException e) {
      plain.close();
      throw e;
    }
  }

  /** Keeps what is shown and trusts nobody: nothing is ever sent to whoever shows it. */
  private static final class Looker extends X509ExtendedTrustManager {
    private final AtomicReference<X509Certificate> shown;

    private Looker(AtomicReference<X509Certificate> shown) {
      this.shown = shown;
    }

    static SSLContext keeping(AtomicReference<X509Certificate> shown) {
      return KeyFolder.context(null, new TrustManager[] {new Looker(shown)});
    }

    private void keep(X509Certificate[] chain) throws CertificateException {
      shown.set(chain[0]);
      throw new CertificateException("only looked at");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      keep(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      keep(chain);
    }

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine)
        throws CertificateException {
      keep(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      keep(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      keep(chain);
    }

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine)
        throws CertificateException {
      keep(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
