package org.estafette.algorithm.wrong;

import java.io.File;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.LoggerFactory;

/** Everything that an algorithm must not do; the architecture test refuses each. Never run. */
public final class Impure {
  long clock() {
    return System.nanoTime();
  }

  long wallClock() {
    return System.currentTimeMillis();
  }

  Instant instant() {
    return Instant.now();
  }

  void thread() {
    Thread.onSpinWait();
  }

  InetAddress socket() {
    return InetAddress.getLoopbackAddress();
  }

  Path path() {
    return Path.of("x");
  }

  boolean file() {
    return new File("x").exists();
  }

  void logger() {
    LoggerFactory.getLogger("x").info("x");
  }

  int random() {
    return new Random().nextInt();
  }

  double mathRandom() {
    return Math.random();
  }

  int threadRandom() {
    return ThreadLocalRandom.current().nextInt();
  }

  UUID uuid() {
    return UUID.randomUUID();
  }
}
