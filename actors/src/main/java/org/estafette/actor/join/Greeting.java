package org.estafette.actor.join;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Tells by what a port does with a few bytes whether Artery, Akka's transport, listens there. It
 * keeps silent and waits when a stream begins with its magic word, and hangs up on any other; over
 * TLS, it is known by its answer to a handshake.
 */
final class Greeting {
  /** What was heard. */
  enum Heard {
    /** Artery over TCP. */
    PLAIN,
    /** TLS; what is behind it shows only to those who have the keys. */
    TLS,
    /** Anything else. */
    OTHER
  }

  // Magic word of Artery's streams, and the number of the control stream.
  private static final byte[] ARTERY = {'A', 'K', 'K', 'A', 1};
  private static final byte[] OTHER = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private Greeting() {}

  /**
   * @param patience for a connection; a quarter of it for each answer [ms]
   * @throws IOException where no connection comes about
   */
  static Heard hear(InetSocketAddress address, int patience) throws IOException {
    Answer toMagic = answer(address, ARTERY, patience);
    if (toMagic == Answer.SILENCE) {
      return answer(address, OTHER, patience) == Answer.HANGS_UP ? Heard.PLAIN : Heard.OTHER;
    }
    return speaksTls(address, patience) ? Heard.TLS : Heard.OTHER;
  }

  private enum Answer {
    SILENCE,
    HANGS_UP,
    WORDS
  }

  private static Answer answer(InetSocketAddress address, byte[] words, int patience)
      throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(address, patience);
      socket.setSoTimeout(Math.max(1, patience / 4));
      try {
        socket.getOutputStream().write(words);
        return socket.getInputStream().read() < 0 ? Answer.HANGS_UP : Answer.WORDS;
      } catch (SocketTimeoutException e) {
        return Answer.SILENCE;
      } catch (IOException e) {
        return Answer.HANGS_UP; // A reset.
      }
    }
  }

  private static boolean speaksTls(InetSocketAddress address, int patience) throws IOException {
    try (Socket plain = new Socket()) {
      plain.connect(address, patience);
      plain.setSoTimeout(patience);
      try (SSLSocket socket =
          (SSLSocket)
              whoever()
                  .getSocketFactory()
                  .createSocket(plain, address.getHostString(), address.getPort(), false)) {
        socket.startHandshake();
        return true;
      } catch (SSLException e) {
        // An alert is an answer in TLS; words of another protocol and silence are not.
        return String.valueOf(e.getMessage()).contains("alert");
      } catch (IOException e) {
        return false;
      }
    }
  }

  /** Nothing secret is sent, so that it does not matter to whom. */
  private static SSLContext whoever() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new TrustsAll()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no TLS", e);
    }
  }

  private static final class TrustsAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
