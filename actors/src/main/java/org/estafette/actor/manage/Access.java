package org.estafette.actor.manage;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.estafette.actor.config.ConfigException;
import org.estafette.actor.config.RunConfig;
import org.estafette.actor.security.KeyFolder;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask, and how.
 *
 * @param loopback whether only a loopback address is bound
 * @param credentials null where nobody is asked
 * @param tls null for plain HTTP
 */
record Access(boolean loopback, Gate.@Nullable Credentials credentials, @Nullable SSLContext tls) {
  /**
   * As configured.
   *
   * @throws ConfigException where another address than a loopback one would be open without
   *     password and TLS, the password cannot be read, or the keys cannot
   */
  static Access of(RunConfig.Management config, RunConfig.Security security) {
    boolean loopback = loopback(config.host());
    if (config.user().isEmpty() || config.user().indexOf(':') >= 0) {
      throw new ConfigException(
          "estafette.management.user = "
              + config.user()
              + " (expected a name without ':', which ends it in HTTP basic authentication)");
    }
    if (security.keys().isEmpty()) {
      if (!loopback) {
        throw new ConfigException(
            "estafette.management.host = "
                + config.host()
                + " can be reached by others (expected a loopback address, or security.keys: TLS"
                + " and a password); make keys with `estafette keys create --out DIR` and add --set"
                + " security.keys=DIR, or stay with --set management.host=127.0.0.1");
      }
      return new Access(
          true,
          config.passwordFile().isEmpty()
              ? null
              : new Gate.Credentials(config.user(), password(Path.of(config.passwordFile()))),
          null);
    }
    KeyFolder keys = KeyFolder.open(Path.of(security.keys()));
    String password =
        config.passwordFile().isEmpty()
            ? keys.managementPassword()
            : password(Path.of(config.passwordFile()));
    return new Access(
        loopback, new Gate.Credentials(config.user(), password), keys.managementServer());
  }

  private static String password(Path file) {
    String key = "estafette.management.password-file = " + file;
    try {
      String password = Files.readString(file).strip();
      if (password.isEmpty() || password.indexOf('\n') >= 0) {
        throw new ConfigException(key + " (expected one line, the password)");
      }
      return password;
    } catch (IOException e) {
      throw new ConfigException(key + " cannot be read: " + e + " (expected one line)");
    }
  }

  private static boolean loopback(String host) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (!address.isLoopbackAddress()) {
          return false;
        }
      }
      return true;
    } catch (UnknownHostException e) {
      throw new ConfigException(
          "estafette.management.host = " + host + " is not known (expected an address)");
    }
  }
}
