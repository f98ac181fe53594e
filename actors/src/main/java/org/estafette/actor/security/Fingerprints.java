package org.estafette.actor.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/** Names for secrets, from which nobody gets back to them. */
final class Fingerprints {
  private static final byte[] CHANNEL =
      "estafette channel key fingerprint".getBytes(StandardCharsets.US_ASCII);
  private static final int BYTES = 8;

  private Fingerprints() {}

  /** 16 hexadecimal digits; HKDF keeps them apart from every key that is derived for frames. */
  static String ofChannelKey(byte[] key) {
    try {
      byte[] name =
          KDF.getInstance("HKDF-SHA256")
              .deriveData(HKDFParameterSpec.ofExtract().addIKM(key).thenExpand(CHANNEL, BYTES));
      return HexFormat.of().formatHex(name);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HKDF-SHA256 is not usable in this JDK", e);
    }
  }
}
