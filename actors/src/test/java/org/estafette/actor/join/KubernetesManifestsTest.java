package org.estafette.actor.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.estafette.actor.config.ConfigReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** conf/k8s: every field is one that Kubernetes has, and what refers to each other fits. */
final class KubernetesManifestsTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("estafette.root", "..")).resolve("conf/k8s");
  private static final ObjectMapper YAML =
      new ObjectMapper(new YAMLFactory()).enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  // Kinds whose model is not among the test's libraries: the fields that the manifests may use.
  private record Meta(String name, Map<String, String> labels) {}

  private record Labels(Map<String, String> matchLabels) {}

  private record Rule(List<String> apiGroups, List<String> resources, List<String> verbs) {}

  private record Role(String apiVersion, String kind, Meta metadata, List<Rule> rules) {}

  private record Subject(String kind, String name) {}

  private record RoleRef(String apiGroup, String kind, String name) {}

  private record RoleBinding(
      String apiVersion, String kind, Meta metadata, List<Subject> subjects, RoleRef roleRef) {}

  private record Budget(Integer maxUnavailable, Labels selector) {}

  private record PodDisruptionBudget(String apiVersion, String kind, Meta metadata, Budget spec) {}

  private record Peer(Labels podSelector) {}

  private record PolicyPort(String port, String protocol) {}

  private record Ingress(List<Peer> from, List<PolicyPort> ports) {}

  private record Policy(Labels podSelector, List<String> policyTypes, List<Ingress> ingress) {}

  private record NetworkPolicy(String apiVersion, String kind, Meta metadata, Policy spec) {}

  private static final Map<String, Class<?>> KINDS =
      Map.of(
          "v1/Service", Service.class,
          "v1/ServiceAccount", ServiceAccount.class,
          "v1/ConfigMap", ConfigMap.class,
          "apps/v1/StatefulSet", StatefulSet.class,
          "rbac.authorization.k8s.io/v1/Role", Role.class,
          "rbac.authorization.k8s.io/v1/RoleBinding", RoleBinding.class,
          "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
          "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class);

  private final List<Object> all = new ArrayList<>();

  @BeforeEach
  void read() throws Exception {
    JsonNode list = YAML.readTree(FOLDER.resolve("kustomization.yaml").toFile());
    for (JsonNode file : list.get("resources")) {
      all.addAll(parse(Files.readString(FOLDER.resolve(file.asText()))));
    }
  }

  private static List<Object> parse(String text) throws Exception {
    List<Object> parsed = new ArrayList<>();
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(text)) {
      while (documents.hasNext()) {
        JsonNode one = documents.next();
        String kind = one.get("apiVersion").asText() + "/" + one.get("kind").asText();
        assertThat(KINDS).as("a kind that this test knows").containsKey(kind);
        Object typed = YAML.treeToValue(one, KINDS.get(kind));
        unknown(typed, kind, new HashSet<>());
        parsed.add(typed);
      }
    }
    return parsed;
  }

  /** The model keeps fields that it does not know; here they are mistakes. */
  private static void unknown(Object bean, String at, Set<Object> seen) throws Exception {
    if (bean instanceof Collection<?> many) {
      for (Object one : many) {
        unknown(one, at + "[]", seen);
      }
    } else if (bean instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> e : map.entrySet()) {
        unknown(e.getValue(), at + "." + e.getKey(), seen);
      }
    } else if (bean != null
        && bean.getClass().getName().startsWith("io.fabric8")
        && !bean.getClass().isEnum()) {
      for (Method m : bean.getClass().getMethods()) {
        if (m.getParameterCount() == 0 && m.getName().equals("getAdditionalProperties")) {
          assertThat((Map<?, ?>) m.invoke(bean)).as("unknown fields of " + at).isEmpty();
        } else if (m.getParameterCount() == 0
            && m.getName().startsWith("get")
            && m.getDeclaringClass() == bean.getClass()) {
          unknown(m.invoke(bean), at + "." + m.getName().substring(3), seen);
        }
      }
    }
  }

  private <T> List<T> every(Class<T> kind) {
    return all.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static Container container(StatefulSet set) {
    return set.getSpec().getTemplate().getSpec().getContainers().getFirst();
  }

  @Test
  void shouldFindAMistypedField() throws Exception {
    String good = Files.readString(FOLDER.resolve("worker.yaml"));
    assertThatThrownBy(() -> parse(good.replace("sizeLimit:", "sizelimit:")))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("sizelimit");
    String policy = Files.readString(FOLDER.resolve("network.yaml"));
    assertThatThrownBy(() -> parse(policy.replace("policyTypes", "policyType")))
        .hasMessageContaining("policyType");
  }

  @Test
  void shouldListEveryManifest() throws Exception {
    JsonNode list = YAML.readTree(FOLDER.resolve("kustomization.yaml").toFile());
    List<String> listed = new ArrayList<>();
    list.get("resources").forEach(f -> listed.add(f.asText()));
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(
              files
                  .map(p -> p.getFileName().toString())
                  .filter(n -> n.endsWith(".yaml") && !n.equals("kustomization.yaml")))
          .containsExactlyInAnyOrderElementsOf(listed);
    }
  }

  @Test
  void shouldSelectThePodsThatThereAre() {
    List<StatefulSet> sets = every(StatefulSet.class);
    assertThat(sets).hasSize(2);
    List<Map<String, String>> pods = new ArrayList<>();
    for (StatefulSet set : sets) {
      Map<String, String> labels = set.getSpec().getTemplate().getMetadata().getLabels();
      assertThat(labels).isEqualTo(set.getSpec().getSelector().getMatchLabels());
      assertThat(every(Service.class))
          .as("governing service of " + set.getMetadata().getName())
          .anyMatch(s ->
              s.getMetadata().getName().equals(set.getSpec().getServiceName())
                  && s.getSpec().getClusterIP().equals("None")
                  && s.getSpec().getSelector().equals(labels));
      assertThat(every(PodDisruptionBudget.class))
          .anyMatch(b -> b.spec().selector().matchLabels().equals(labels));
      pods.add(labels);
    }
    for (NetworkPolicy policy : every(NetworkPolicy.class)) {
      assertThat(pods)
          .allMatch(
              p -> p.entrySet().containsAll(policy.spec().podSelector().matchLabels().entrySet()));
    }
  }

  @Test
  void shouldNamePortsAsTheyAreUsed() {
    Map<String, ContainerPort> expected = Map.of();
    for (StatefulSet set : every(StatefulSet.class)) {
      Map<String, ContainerPort> ports =
          container(set).getPorts().stream()
              .collect(Collectors.toMap(ContainerPort::getName, p -> p));
      assertThat(ports.get(KubernetesLookup.PORT).getContainerPort())
          .isEqualTo(HostPort.DEFAULT_PORT);
      assertThat(ports.get("tensors").getProtocol()).isEqualTo("UDP");
      assertThat(ports.get("management").getContainerPort()).isEqualTo(SelfNode.PORT);
      for (Service service : every(Service.class)) {
        for (ServicePort port : service.getSpec().getPorts()) {
          ContainerPort target = ports.get(port.getTargetPort().getStrVal());
          assertThat(target).as(port.toString()).isNotNull();
          assertThat(port.getPort()).isEqualTo(target.getContainerPort());
          assertThat(port.getProtocol()).isEqualTo(target.getProtocol());
        }
      }
      every(NetworkPolicy.class).stream()
          .flatMap(p -> p.spec().ingress().stream())
          .flatMap(i -> i.ports().stream())
          .forEach(p -> assertThat(ports.get(p.port()).getProtocol()).isEqualTo(p.protocol()));
      expected = ports;
    }
    assertThat(expected).isNotEmpty();
  }

  @Test
  void shouldProbeTheManagement() {
    for (StatefulSet set : every(StatefulSet.class)) {
      Container c = container(set);
      assertProbe(c.getLivenessProbe(), "/alive");
      assertProbe(c.getStartupProbe(), "/alive");
      assertProbe(c.getReadinessProbe(), "/ready");
    }
  }

  private static void assertProbe(Probe probe, String path) {
    HTTPGetAction get = probe.getHttpGet();
    assertThat(get.getPath()).isEqualTo(path);
    assertThat(get.getPort().getStrVal()).isEqualTo("management");
    assertThat(get.getScheme()).as("there are keys, so there is TLS").isEqualTo("HTTPS");
  }

  @Test
  void shouldMountWhatIsThereAndEnoughSharedMemory() {
    for (StatefulSet set : every(StatefulSet.class)) {
      PodSpec pod = set.getSpec().getTemplate().getSpec();
      Container c = container(set);
      Map<String, Volume> volumes =
          pod.getVolumes().stream().collect(Collectors.toMap(Volume::getName, v -> v));
      Set<String> names = new HashSet<>(volumes.keySet());
      set.getSpec()
          .getVolumeClaimTemplates()
          .forEach(claim -> names.add(claim.getMetadata().getName()));
      assertThat(c.getVolumeMounts())
          .extracting(VolumeMount::getName)
          .containsExactlyInAnyOrderElementsOf(names);
      VolumeMount shm =
          c.getVolumeMounts().stream()
              .filter(m -> m.getMountPath().equals("/dev/shm"))
              .findFirst()
              .orElseThrow();
      var memory = volumes.get(shm.getName()).getEmptyDir();
      assertThat(memory.getMedium()).isEqualTo("Memory");
      long size = Quantity.getAmountInBytes(memory.getSizeLimit()).longValueExact();
      long limit =
          Quantity.getAmountInBytes(c.getResources().getLimits().get("memory")).longValueExact();
      assertThat(size).isGreaterThanOrEqualTo(256L << 20).isLessThan(limit);
    }
  }

  @Test
  void shouldGiveTimeToLeaveAndNoRightsThatAreNotNeeded() {
    for (StatefulSet set : every(StatefulSet.class)) {
      PodSpec pod = set.getSpec().getTemplate().getSpec();
      assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThanOrEqualTo(60L);
      assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
      assertThat(container(set).getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
      String account = pod.getServiceAccountName();
      assertThat(every(ServiceAccount.class))
          .anyMatch(a -> a.getMetadata().getName().equals(account));
      assertThat(every(RoleBinding.class))
          .anyMatch(b ->
              b.subjects().stream().anyMatch(s -> s.name().equals(account))
                  && every(Role.class).stream()
                      .anyMatch(r ->
                          r.metadata().name().equals(b.roleRef().name())
                              && r.rules().getFirst().resources().equals(List.of("pods"))));
    }
  }

  @Test
  void shouldUseOptionsAndKeysThatThereAre(@TempDir Path dir) throws Exception {
    String conf = every(ConfigMap.class).getFirst().getData().get("run.conf");
    var config = ConfigReader.read(Files.writeString(dir.resolve("run.conf"), conf), Map.of());
    StatefulSet worker =
        every(StatefulSet.class).stream()
            .filter(s -> s.getMetadata().getName().endsWith("worker"))
            .findFirst()
            .orElseThrow();
    assertThat(worker.getSpec().getReplicas()).isEqualTo(config.workers().count());
    List<String> args = container(worker).getArgs();
    Map<String, String> settings = new java.util.LinkedHashMap<>();
    for (int i = 0; i + 1 < args.size(); i++) {
      if (args.get(i).equals("--set")) {
        String[] pair = args.get(i + 1).split("=", 2);
        settings.put(pair[0], pair[1]);
      }
    }
    ConfigReader.read(null, settings);
    String join = args.get(args.indexOf("--join") + 1);
    JoinSources.check(join);
    String selector = join.replaceFirst("kubernetes:", "");
    Map<String, String> coordinator = Map.of("app", "estafette", "role", "coordinator");
    assertThat(
            Stream.of(selector.split(","))
                .collect(Collectors.toMap(s -> s.split("=")[0], s -> s.split("=")[1])))
        .isEqualTo(coordinator);
  }
}
