package org.estafette.channel;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Authentication codes of one stream: ChaCha20-Poly1305 (RFC 8439) over associated data alone, with
 * nothing to encrypt. Of what the JDK has, it is the fastest by far over data that comes in pieces.
 * Each code has a nonce of its own, made of what it covers and of the frame's number: a number is
 * used once in a stream, and each stream has its own key.
 */
final class FrameCode {
  /** Over the head alone: it is judged before anything is leased. */
  static final byte HEAD = 1;

  /** Over head, meta and payload. */
  static final byte FRAME = 2;

  private static final int NONCE_BYTES = 12;
  private static final int NUMBER_AT = 4;

  private final Cipher cipher;
  private final SecretKey key;
  private final int mode;
  private final ByteBuffer nonce = ByteBuffer.allocate(NONCE_BYTES);

  // The JDK is fast on arrays only: of direct buffers it takes 16 bytes at a time.
  private final byte[] piece = new byte[PayloadMemory.PIECE];
  private final byte[] code = new byte[FrameKey.CODE_BYTES];

  private FrameCode(SecretKey key, int mode) {
    this.key = key;
    this.mode = mode;
    try {
      this.cipher = Cipher.getInstance("ChaCha20-Poly1305");
    } catch (GeneralSecurityException e) {
      throw unusable(e);
    }
  }

  static FrameCode ofSender(SecretKey streamKey) {
    return new FrameCode(streamKey, Cipher.ENCRYPT_MODE);
  }

  static FrameCode ofReceiver(SecretKey streamKey) {
    return new FrameCode(streamKey, Cipher.DECRYPT_MODE);
  }

  /** Begins a code; what was begun before is forgotten. */
  void begin(byte covers, long frame, byte[] head) {
    nonce.put(0, covers).putLong(NUMBER_AT, frame);
    try {
      cipher.init(mode, key, new IvParameterSpec(nonce.array()));
    } catch (GeneralSecurityException e) {
      throw unusable(e);
    }
    cipher.updateAAD(head);
  }

  void update(byte[] bytes, int offset, int length) {
    cipher.updateAAD(bytes, offset, length);
  }

  /** All that remains in {@code bytes}, at most a piece; its position is moved to its limit. */
  void update(ByteBuffer bytes) {
    int length = bytes.remaining();
    bytes.get(piece, 0, length);
    cipher.updateAAD(piece, 0, length);
  }

  /** Writes the code. */
  void put(MutableDirectBuffer buffer, int at) {
    try {
      cipher.doFinal(code, 0);
    } catch (GeneralSecurityException e) {
      throw unusable(e);
    }
    buffer.putBytes(at, code);
  }

  /** Whether the code in the buffer is right; the JDK compares in constant time. */
  boolean matches(DirectBuffer buffer, int at) {
    buffer.getBytes(at, code);
    try {
      cipher.doFinal(code, 0, code.length, piece, 0);
      return true;
    } catch (AEADBadTagException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw unusable(e);
    }
  }

  private static ChannelException unusable(GeneralSecurityException e) {
    return new ChannelException("ChaCha20-Poly1305 is not usable in this JDK", e);
  }
}
