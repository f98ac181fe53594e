package org.estafette.actor.record;

import java.lang.management.ManagementFactory;

/**
 * What a run ran on.
 *
 * @param os operating system and its release
 * @param architecture such as amd64
 * @param processors processors that the JVM sees
 * @param memoryBytes physical memory
 */
public record Machine(String os, String architecture, int processors, long memoryBytes) {
  /** This machine. */
  public static Machine here() {
    long memory =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : 0;
    return new Machine(
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        memory);
  }
}
