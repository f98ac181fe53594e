package org.estafette.channel;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key of a run with which frames are authenticated: HMAC-SHA256, cut to {@link #CODE_BYTES}
 * bytes. Frames stay readable on the wire; what the key prevents is that anybody else makes or
 * changes one. The key never shows in a message.
 */
public final class FrameKey {
  /** Bytes of a code on the wire. */
  static final int CODE_BYTES = 16;

  private static final int MIN_BYTES = 16;
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec key;

  private FrameKey(byte[] secret) {
    this.key = new SecretKeySpec(secret, ALGORITHM);
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
    return new FrameKey(secret);
  }

  Mac newMac() {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new ChannelException(ALGORITHM + " is not usable in this JDK", e);
    }
  }

  @Override
  public String toString() {
    return "FrameKey[hidden]";
  }
}
