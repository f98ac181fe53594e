package org.estafette.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Exact traces of gossip methods, computed by independent programs. */
class GossipTracesTest {
  static final Map<Pattern, Trace.Replay> REPLAYS = new LinkedHashMap<>();

  static {
    REPLAYS.put(Pattern.compile("gossip.*"), GossipReplays::gossip);
    REPLAYS.put(Pattern.compile("d2.*"), GossipReplays::d2);
    REPLAYS.put(Pattern.compile("exact_diffusion.*"), GossipReplays::exactDiffusion);
    REPLAYS.put(Pattern.compile("gradient_tracking.*"), GossipReplays::gradientTracking);
    REPLAYS.put(Pattern.compile("qg_.*"), GossipReplays::quasiGlobal);
    REPLAYS.put(Pattern.compile("sgp_time_varying.*"), GossipReplays::gradientPush);
    REPLAYS.put(Pattern.compile("all_reduce.*"), GossipReplays::allReduce);
    REPLAYS.put(Pattern.compile("push_sum_code_offsets"), GossipReplays::publishedOffsets);
    REPLAYS.put(Pattern.compile("push_sum"), PushSumReplays::pushSum);
    REPLAYS.put(Pattern.compile("async_push_sum"), PushSumReplays::asyncPushSum);
    REPLAYS.put(Pattern.compile("ad_psgd"), PushSumReplays::pairwise);
    REPLAYS.put(Pattern.compile("powergossip"), PowerGossipReplays::all);
  }

  @TestFactory
  Stream<DynamicTest> shouldFollowEveryTrace() throws Exception {
    JsonNode root =
        new ObjectMapper()
            .readTree(Path.of("src/test/resources/oracles/relay-and-gossip.json").toFile());
    List<Check> checks = new ArrayList<>();
    List.of(root.get("traces"), root)
        .forEach(level ->
            level
                .properties()
                .forEach(e ->
                    REPLAYS.entrySet().stream()
                        .filter(r -> r.getKey().matcher(e.getKey()).matches())
                        .findFirst()
                        .ifPresent(r ->
                            checks.addAll(
                                r.getValue()
                                    .run(new Trace(e.getKey(), e.getValue(), root, 1e-12))))));
    checks.forEach(c -> System.out.println(c.line("relay-and-gossip.json")));
    assertThat(checks).hasSizeGreaterThan(70);
    return checks.stream()
        .map(c ->
            DynamicTest.dynamicTest(c.name(), () -> assertThat(c.ok()).as(c.line("")).isTrue()));
  }
}
