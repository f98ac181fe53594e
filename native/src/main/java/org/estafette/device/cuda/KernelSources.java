package org.estafette.device.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernels' sources, resources of this package. */
final class KernelSources {
  /** The file that all others include. */
  static final String COMMON = "common.cuh";

  /** The files that are compiled, each to a module of its own. */
  static final List<String> FILES =
      List.of(
          "vectors.cu",
          "quantize.cu",
          "rows.cu",
          "norms.cu",
          "loss.cu",
          "attention_f.cu",
          "attention_b.cu",
          "images.cu");

  private static final Pattern KERNEL =
      Pattern.compile("KERNEL void (?:__launch_bounds__\\([\\d, ]+\\) )?(\\w+?)(##D)?\\(");
  private static final Pattern INSTANCE = Pattern.compile("(?m)^ATTENTION\\((\\d+)\\)$");

  private KernelSources() {}

  /** A file's text. */
  static String text(String file) {
    try (InputStream in = KernelSources.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException(file + " is missing beside " + KernelSources.class);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Names of the kernels in a file, in order. */
  static List<String> kernels(String file) {
    String text = text(file);
    List<String> widths = new ArrayList<>();
    Matcher instance = INSTANCE.matcher(text);
    while (instance.find()) {
      widths.add(instance.group(1));
    }
    List<String> names = new ArrayList<>();
    Matcher m = KERNEL.matcher(text);
    while (m.find()) {
      if (m.group(2) == null) {
        names.add(m.group(1));
      } else {
        widths.forEach(w -> names.add(m.group(1) + w));
      }
    }
    return names;
  }

  /** A hash of a file, of what it includes, and of what else decides what comes out. */
  static String hash(String file, List<String> options) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(text(COMMON).getBytes(StandardCharsets.UTF_8));
      sha.update(text(file).getBytes(StandardCharsets.UTF_8));
      sha.update(String.join(" ", options).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sha.digest(), 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
