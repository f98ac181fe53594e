package org.estafette.device.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.estafette.device.ComputePrecision;
import org.estafette.device.Device;
import org.estafette.device.DeviceProvider;
import org.jspecify.annotations.Nullable;

/** CUDA GPUs, where driver, NVRTC and cuBLAS are found. They are looked for once per process. */
public final class CudaProvider implements DeviceProvider {
  /** Oldest compute capability whose tensor cores know bfloat16. */
  private static final int OLDEST = 80;

  /** Made by {@link java.util.ServiceLoader}. */
  public CudaProvider() {}

  @Override
  public String kind() {
    return "cuda";
  }

  @Override
  public int count() {
    return Looked.AT.parts == null ? 0 : Looked.AT.gpus;
  }

  @Override
  public String reason() {
    return Looked.AT.reason;
  }

  @Override
  public List<Finding> findings() {
    return Looked.AT.findings;
  }

  @Override
  public Device open(int index, ComputePrecision precision) {
    CudaParts parts = Looked.AT.parts;
    if (parts == null) {
      throw new IllegalArgumentException("device=cuda:" + index + ": " + reason());
    }
    int architecture = Gpu.architecture(parts.driver(), index);
    if (architecture < OLDEST) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "device=cuda:%d: %s has compute capability %.1f (expected >= %.1f)",
              index,
              parts.driver().deviceName(index),
              architecture / 10.0,
              OLDEST / 10.0));
    }
    try {
      return new CudaDevice(parts, index, precision);
    } catch (CudaException e) {
      throw new IllegalArgumentException("device=cuda:" + index + ": " + e.getMessage(), e);
    }
  }

  /** What was found when it was first asked for. */
  private static final class Looked {
    static final Looked AT = new Looked();

    final List<Finding> findings = new ArrayList<>();
    final @Nullable CudaParts parts;
    final int gpus;
    final String reason;

    private Looked() {
      CudaLibraries libraries = CudaLibraries.ofProcess();
      String missing = null;
      CudaDriver driver = null;
      int count = 0;
      int known = Integer.MAX_VALUE;
      try {
        CudaLibraries.Found found = libraries.driver();
        driver = CudaDriverLibrary.open(found);
        count = driver.devices();
        int version = driver.version();
        known = version / 1000;
        note("NVIDIA driver", true, "CUDA %d.%d at %s", version / 1000, version % 1000 / 10, found);
        int best = 0;
        for (int i = 0; i < count; i++) {
          int architecture = Gpu.architecture(driver, i);
          best = Math.max(best, architecture);
          note(
              "cuda:" + i,
              architecture >= OLDEST,
              "%s, compute capability %.1f%s, %,d MiB",
              driver.deviceName(i),
              architecture / 10.0,
              architecture >= OLDEST ? "" : " (expected >= " + OLDEST / 10.0 + ")",
              driver.totalMemory(i) >> 20);
        }
        if (count > 0 && best < OLDEST) {
          missing =
              String.format(
                  Locale.ROOT,
                  "No GPU here has compute capability %.1f or newer (seen: %.1f).",
                  OLDEST / 10.0,
                  best / 10.0);
        }
        if (count == 0) {
          missing = "The NVIDIA driver shows no GPU to this process.";
        }
      } catch (CudaUnavailableException | CudaException e) {
        missing = String.valueOf(e.getMessage());
        note("NVIDIA driver", false, "%s", missing);
      }
      Nvrtc nvrtc = null;
      try {
        nvrtc = Nvrtc.open(libraries.nvrtc(known));
        refuseNewer(nvrtc.version() / 1000, known, nvrtc.description());
        note("NVRTC", true, "%s", nvrtc.description());
      } catch (CudaUnavailableException | CudaException e) {
        missing = missing == null ? String.valueOf(e.getMessage()) : missing;
        note("NVRTC", false, "%s", String.valueOf(e.getMessage()));
      }
      CudaBlas blas = null;
      try {
        CudaBlasLibrary found = CudaBlasLibrary.open(libraries.cublas(known));
        refuseNewer(found.version(), known, found.description());
        blas = found;
        note("cuBLAS", true, "%s", blas.description());
      } catch (CudaUnavailableException | CudaException e) {
        missing = missing == null ? String.valueOf(e.getMessage()) : missing;
        note("cuBLAS", false, "%s", String.valueOf(e.getMessage()));
      }
      gpus = count;
      if (missing != null || driver == null || nvrtc == null || blas == null) {
        parts = null;
        reason = String.valueOf(missing);
        return;
      }
      CudaCache cache = new CudaCache(CudaCache.folder());
      parts = new CudaParts(driver, new CachedCompiler(nvrtc, cache, driver.version()), blas);
      reason =
          count + (count == 1 ? " GPU" : " GPUs") + ", the first " + driver.deviceName(0) + ".";
    }

    /** A driver runs what was made for its own CUDA or an older one, by the first number. */
    private static void refuseNewer(int version, int known, String what)
        throws CudaUnavailableException {
      if (version > known) {
        throw new CudaUnavailableException(
            "%s is newer than the driver, which is of CUDA %d (expected %d or older: install one, or"
                    .formatted(what, known, known)
                + " name its folder with -D"
                + CudaLibraries.PROPERTY
                + "=DIR).");
      }
    }

    private void note(String what, boolean there, String format, Object... arguments) {
      findings.add(new Finding(what, there, String.format(Locale.ROOT, format, arguments)));
    }
  }
}
