package org.estafette.actor.cli;

import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.IVersionProvider;

/** Releases of Estafette and of what it stands on. */
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"estafette " + own(), "JDK " + Runtime.version()};
  }

  static String own() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "0.1.0-SNAPSHOT" : version;
  }

  static Map<String, String> all() {
    Map<String, String> versions = new TreeMap<>();
    versions.put("estafette", own());
    versions.put("akka", akka.Version.current());
    versions.put("aeron", io.aeron.AeronVersion.VERSION);
    return versions;
  }
}
