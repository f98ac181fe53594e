package org.estafette.device.cuda;

/** Keeps what was compiled, by compiler, driver, architecture and a hash of the source. */
final class CachedCompiler implements KernelCompiler {
  private final Nvrtc compiler;
  private final CudaCache cache;
  private final int driver;

  CachedCompiler(Nvrtc compiler, CudaCache cache, int driver) {
    this.compiler = compiler;
    this.cache = cache;
    this.driver = driver;
  }

  @Override
  public byte[] compile(String file, int architecture) {
    String entry =
        "driver-%d/nvrtc-%d/sm_%d/%s-%s.cubin"
            .formatted(
                driver,
                compiler.version(),
                architecture,
                file.replace(".cu", ""),
                KernelSources.hash(file, Nvrtc.options(architecture)));
    byte[] kept = cache.get(entry);
    if (kept != null) {
      return kept;
    }
    byte[] made = compiler.compile(file, architecture);
    cache.put(entry, made);
    return made;
  }

  @Override
  public String description() {
    return compiler.description();
  }
}
