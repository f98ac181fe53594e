package org.estafette.bench.gpu;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** What a GPU can do at most: dense bfloat16 products with sums in float32, by the data sheets. */
final class Peak {
  /** Part of the GPU's name, and 10¹² operations a second; more special names first. */
  private static final Map<String, Double> TERAFLOPS = new LinkedHashMap<>();

  static {
    TERAFLOPS.put("GB200", 2500.0);
    TERAFLOPS.put("B200", 2250.0);
    TERAFLOPS.put("H100 PCIe", 756.0);
    TERAFLOPS.put("H100 NVL", 835.0);
    TERAFLOPS.put("GH200", 989.0);
    TERAFLOPS.put("H200 NVL", 835.0);
    TERAFLOPS.put("H200", 989.0);
    TERAFLOPS.put("H100", 989.0);
    TERAFLOPS.put("A100", 312.0);
    TERAFLOPS.put("L40S", 362.0);
    TERAFLOPS.put("A10G", 70.0);
    TERAFLOPS.put("A10", 125.0);
    TERAFLOPS.put("L4", 121.0);
    TERAFLOPS.put("RTX 4090", 165.0);
    TERAFLOPS.put("RTX 3090", 71.0);
  }

  private Peak() {}

  /** Operations a second of the GPU that a description names; empty where it is not known. */
  static OptionalDouble of(String description) {
    for (Map.Entry<String, Double> e : TERAFLOPS.entrySet()) {
      if (description.contains(e.getKey())) {
        return OptionalDouble.of(e.getValue() * 1e12);
      }
    }
    return OptionalDouble.empty();
  }
}
