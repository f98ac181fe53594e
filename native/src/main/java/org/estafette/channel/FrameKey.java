package org.estafette.channel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The key with which frames are authenticated. It is never used itself: each stream has a key of
 * its own, derived by HKDF-SHA256 from this one, the run, the receiver and the sender's session. So
 * a frame that was taken down means nothing in another run, at another receiver, in the opposite
 * direction, or sent again on another stream. Frames stay readable on the wire; what the key
 * prevents is that anybody else makes or changes one. The key never shows in a message.
 */
public final class FrameKey {
  /** Bytes of a code on the wire. */
  static final int CODE_BYTES = 16;

  private static final int MIN_BYTES = 16;
  private static final int STREAM_KEY_BYTES = 32;
  private static final byte[] PURPOSE = "estafette frames 2".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] FINGERPRINT =
      "estafette channel key fingerprint".getBytes(StandardCharsets.US_ASCII);
  private static final int FINGERPRINT_BYTES = 8;

  private final byte[] secret;

  private FrameKey(byte[] secret) {
    this.secret = secret;
  }

  /**
   * A key of these bytes, which are copied.
   *
   * @throws IllegalArgumentException where there are fewer than 16
   */
  public static FrameKey of(byte[] secret) {
    if (secret.length < MIN_BYTES) {
      throw new IllegalArgumentException(
          "key of " + secret.length + " bytes (expected at least " + MIN_BYTES + ")");
    }
    return new FrameKey(secret.clone());
  }

  /**
   * The key of one stream.
   *
   * @param receiver as it calls itself; its UDP address does not count, as it may have several
   * @param session the sender's session in that stream, chosen by its media driver
   */
  SecretKey ofStream(long run, Endpoint receiver, int session) {
    byte[] host = receiver.host().getBytes(StandardCharsets.UTF_8);
    byte[] directory = receiver.directory().getBytes(StandardCharsets.UTF_8);
    byte[] stream =
        ByteBuffer.allocate(PURPOSE.length + 24 + host.length + directory.length)
            .put(PURPOSE)
            .putLong(run)
            .putInt(receiver.stream())
            .putInt(session)
            .putInt(host.length)
            .put(host)
            .putInt(directory.length)
            .put(directory)
            .array();
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey(
              "ChaCha20",
              HKDFParameterSpec.ofExtract().addIKM(secret).thenExpand(stream, STREAM_KEY_BYTES));
    } catch (GeneralSecurityException e) {
      throw new ChannelException("HKDF-SHA256 is not usable in this JDK", e);
    }
  }

  /**
   * 16 hexadecimal digits that tell keys apart and lead nobody back to them: what two nodes compare
   * before they send.
   */
  public String fingerprint() {
    try {
      return HexFormat.of()
          .formatHex(
              KDF.getInstance("HKDF-SHA256")
                  .deriveData(
                      HKDFParameterSpec.ofExtract()
                          .addIKM(secret)
                          .thenExpand(FINGERPRINT, FINGERPRINT_BYTES)));
    } catch (GeneralSecurityException e) {
      throw new ChannelException("HKDF-SHA256 is not usable in this JDK", e);
    }
  }

  @Override
  public String toString() {
    return "FrameKey[hidden]";
  }
}
