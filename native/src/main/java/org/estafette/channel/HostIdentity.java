package org.estafette.channel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Names the running instance of a media driver: the kernel's boot, and device and inode of the
 * driver's control file. Two containers that share a kernel but not /dev/shm have equal boots and
 * different devices; a driver that was restarted has another inode.
 */
final class HostIdentity {
  private HostIdentity() {}

  static String of(Path controlFile) {
    return boot()
        + ":"
        + attribute(controlFile, "unix:dev")
        + ":"
        + attribute(controlFile, "unix:ino");
  }

  private static String boot() {
    try {
      return KernelFile.read(Path.of("/proc/sys/kernel/random/boot_id"));
    } catch (IOException e) {
      return hostName();
    }
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private static String attribute(Path file, String name) {
    try {
      return String.valueOf(Files.getAttribute(file, name));
    } catch (IOException | UnsupportedOperationException e) {
      return "-";
    }
  }
}
