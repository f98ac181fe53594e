package org.estafette.device;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.estafette.kernel.GemmProviders;
import org.estafette.kernel.RowKernels;

/** Opens devices by name. */
public final class Devices {
  private static final Pattern NUMBERED = Pattern.compile("([a-z]+)(?::(\\d{1,4}))?");

  private Devices() {}

  /** As {@link #open(String, ComputePrecision)}, in float32. */
  public static Device open(String name) {
    return open(name, ComputePrecision.FLOAT32);
  }

  /**
   * Opens a device.
   *
   * @param name {@code auto} (a GPU where there is one, else the CPU), {@code cpu} or {@code
   *     cuda:N}
   * @param precision in what numbers it computes; the CPU knows float32 only
   * @throws IllegalArgumentException where there is no such device; the message says what to do
   */
  public static Device open(String name, ComputePrecision precision) {
    if (name.equals("auto")) {
      return auto(precision);
    }
    if (name.equals("cpu")) {
      return cpu(precision);
    }
    Matcher m = NUMBERED.matcher(name);
    if (m.matches()) {
      for (DeviceProvider provider : providers()) {
        if (provider.kind().equals(m.group(1))) {
          return numbered(provider, name, m.group(2), precision);
        }
      }
    }
    throw new IllegalArgumentException("device=" + name + " (expected auto, cpu or cuda:N)");
  }

  /**
   * Names of the devices that a configuration's word stands for: {@code cuda:*} is every GPU there
   * is, names with commas between them are a list, and anything else is itself.
   *
   * @throws IllegalArgumentException where {@code cuda:*} stands for none
   */
  public static List<String> named(String words) {
    List<String> names = new ArrayList<>();
    for (String word : words.split(",", -1)) {
      String name = word.strip();
      if (!name.endsWith(":*")) {
        names.add(name);
        continue;
      }
      String kind = name.substring(0, name.length() - 2);
      for (DeviceProvider provider : providers()) {
        if (provider.kind().equals(kind)) {
          for (int i = 0; i < provider.count(); i++) {
            names.add(kind + ":" + i);
          }
          if (provider.count() == 0) {
            throw new IllegalArgumentException("device=" + name + ": " + provider.reason());
          }
        }
      }
      if (names.isEmpty()) {
        throw new IllegalArgumentException("device=" + name + " (expected cuda:*)");
      }
    }
    return names;
  }

  /** The first GPU, or the CPU; what {@link #autoReason} says decides. */
  private static Device auto(ComputePrecision precision) {
    for (DeviceProvider provider : providers()) {
      if (provider.count() > 0) {
        return provider.open(0, precision);
      }
    }
    return cpu(ComputePrecision.FLOAT32);
  }

  /** Which device {@code auto} takes, and why, in one sentence. */
  public static String autoReason() {
    StringBuilder reasons = new StringBuilder();
    for (DeviceProvider provider : providers()) {
      if (provider.count() > 0) {
        return "auto takes " + provider.kind() + ":0: " + provider.reason();
      }
      reasons.append(' ').append(provider.reason());
    }
    return "auto takes the CPU:" + reasons;
  }

  private static Device cpu(ComputePrecision precision) {
    if (precision != ComputePrecision.FLOAT32) {
      throw new IllegalArgumentException(
          "device=cpu with precision=" + precision + " (expected float32: bfloat16 needs a GPU)");
    }
    return new CpuDevice(GemmProviders.get(), RowKernels.best());
  }

  private static Device numbered(
      DeviceProvider provider, String name, String index, ComputePrecision precision) {
    int which = index == null ? 0 : Integer.parseInt(index);
    if (which >= provider.count()) {
      throw new IllegalArgumentException(
          "device="
              + name
              + ": "
              + provider.reason()
              + " (expected "
              + (provider.count() == 0
                  ? "auto or cpu"
                  : provider.kind() + ":0 … " + provider.kind() + ":" + (provider.count() - 1))
              + ")");
    }
    return provider.open(which, precision);
  }

  /** Kinds of devices beside the CPU. */
  public static List<DeviceProvider> providers() {
    return Providers.ALL;
  }

  private static final class Providers {
    static final List<DeviceProvider> ALL =
        ServiceLoader.load(DeviceProvider.class, Devices.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
  }
}
