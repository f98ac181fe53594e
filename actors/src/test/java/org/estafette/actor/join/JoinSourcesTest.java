package org.estafette.actor.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.estafette.actor.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class JoinSourcesTest {
  private static JoinSource of(String text) {
    return JoinSources.parse(text, ConfigFactory.empty());
  }

  @Test
  void shouldTakeAddressesInTheirOrder() throws Exception {
    assertThat(of("b:2, a:1,[::1]:3").look())
        .containsExactly(new HostPort("b", 2), new HostPort("a", 1), new HostPort("::1", 3));
    assertThat(new HostPort("::1", 3)).hasToString("[::1]:3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "here",
        "host:",
        "host:0",
        "host:70000",
        "a:1,,b:2",
        "a b:1",
        "",
        "dns:",
        "dns:a:b:1",
        "dns:a:0",
        "file:",
        "kubernetes:",
        "::1:3"
      })
  void shouldRefuseWhatIsNoAddressAndSayWhatIsExpected(String text) {
    assertThatThrownBy(() -> JoinSources.check(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("--join " + text)
        .hasMessageContaining("expected");
  }

  @Test
  void shouldReadAFileAnewAtEachLook(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("seeds");
    JoinSource source = of("file:" + file);
    assertThatThrownBy(source::look)
        .isInstanceOf(LookupException.class)
        .hasMessageContaining(file + " does not exist yet");
    Files.writeString(file, "# none yet\n\n");
    assertThatThrownBy(source::look).hasMessageContaining("no address in it");
    Files.writeString(file, "# the first\n10.0.0.1:25520  # rack 3\n\n10.0.0.2:25520\n");
    assertThat(source.look())
        .containsExactly(new HostPort("10.0.0.1", 25520), new HostPort("10.0.0.2", 25520));
    Files.writeString(file, "10.0.0.1:25520\nnonsense\n");
    assertThatThrownBy(source::look).hasMessageContaining(file + ":2: \"nonsense\" is no address");
  }

  @Test
  void shouldFindTheAddressesOfANameWithAPort() throws Exception {
    assertThat(of("dns:127.0.0.9:25520").look()).containsExactly(new HostPort("127.0.0.9", 25520));
    assertThatThrownBy(() -> of("dns:no-such-host.invalid:25520").look())
        .isInstanceOf(LookupException.class)
        .hasMessageContaining("no-such-host.invalid does not resolve")
        .hasMessageContaining("getent hosts");
  }

  @Test
  void shouldFindServiceRecordsWithTheirPorts() throws Exception {
    try (FakeDns dns =
        FakeDns.start(
            "_estafette._tcp.cluster.test",
            List.of(
                new HostPort("b.cluster.test", 25521), new HostPort("a.cluster.test", 25520)))) {
      Config settings =
          ConfigFactory.parseString(
              "akka { loglevel = OFF, io.dns.async-dns.nameservers = [\"127.0.0.1:"
                  + dns.port()
                  + "\"] }");
      try (JoinSource source = JoinSources.parse("dns:cluster.test", settings)) {
        assertThat(source.look())
            .containsExactly(
                new HostPort("a.cluster.test", 25520), new HostPort("b.cluster.test", 25521));
      }
      try (JoinSource source = JoinSources.parse("dns:_other._tcp.cluster.test", settings)) {
        assertThatThrownBy(source::look)
            .hasMessageContaining("no SRV record _other._tcp.cluster.test");
      }
    }
  }

  @Test
  void shouldTryTheAddressesThatANameStandsFor() {
    HostPort name = new HostPort("localhost", 25520);
    assertThat(Alternatives.of(List.of(name), false))
        .startsWith(name)
        .contains(new HostPort("127.0.0.1", 25520));
  }

  @Test
  void shouldChooseTheAddressFromWhichTheOtherIsReached() {
    assertThat(LocalAddress.towards(new HostPort("127.0.0.1", 25520))).isEqualTo("127.0.0.1");
    assertThatThrownBy(() -> LocalAddress.towards(new HostPort("no-such-host.invalid", 1)))
        .isInstanceOf(JoinException.class)
        .hasMessageContaining("--host ADDRESS");
  }
}
