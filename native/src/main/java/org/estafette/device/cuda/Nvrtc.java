package org.estafette.device.cuda;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** NVRTC, CUDA's compiler as a library. It needs no driver and no GPU. */
final class Nvrtc implements KernelCompiler {
  private static final int INVALID_OPTION = 5;

  private final String where;
  private final MethodHandle version;
  private final MethodHandle create;
  private final MethodHandle compile;
  private final MethodHandle destroy;
  private final MethodHandle logSize;
  private final MethodHandle log;
  private final MethodHandle cubinSize;
  private final MethodHandle cubin;
  private final MethodHandle errorText;

  private Nvrtc(Binding b, String where) throws CudaUnavailableException {
    this.where = where;
    version = b.link("nvrtcVersion", JAVA_LONG, JAVA_LONG);
    create =
        b.link(
            "nvrtcCreateProgram", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    compile = b.link("nvrtcCompileProgram", JAVA_LONG, JAVA_INT, JAVA_LONG);
    destroy = b.link("nvrtcDestroyProgram", JAVA_LONG);
    logSize = b.link("nvrtcGetProgramLogSize", JAVA_LONG, JAVA_LONG);
    log = b.link("nvrtcGetProgramLog", JAVA_LONG, JAVA_LONG);
    cubinSize = b.link("nvrtcGetCUBINSize", JAVA_LONG, JAVA_LONG);
    cubin = b.link("nvrtcGetCUBIN", JAVA_LONG, JAVA_LONG);
    errorText = b.linkText("nvrtcGetErrorString");
  }

  /** Loads the library. */
  static Nvrtc open(CudaLibraries.Found found) throws CudaUnavailableException {
    return new Nvrtc(new Binding(found.open(), found.toString()), found.toString());
  }

  /** What the compiler is told for a GPU. */
  static List<String> options(int architecture) {
    return List.of(
        "--std=c++17", "--gpu-architecture=sm_" + architecture, "-default-device", "-lineinfo");
  }

  /** 13010 for 13.1. */
  int version() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment major = Binding.slot(arena);
      MemorySegment minor = Binding.slot(arena);
      call(version, "nvrtcVersion", "asking for the version", major.address(), minor.address());
      return major.get(JAVA_INT, 0) * 1000 + minor.get(JAVA_INT, 0) * 10;
    }
  }

  @Override
  public String description() {
    return "NVRTC " + version() / 1000 + "." + version() % 1000 / 10 + " at " + where;
  }

  @Override
  public byte[] compile(String file, int architecture) {
    try {
      return compile(file, KernelSources.text(file), options(architecture)).cubin();
    } catch (CudaException e) {
      if (e.code() == INVALID_OPTION) {
        throw new CudaException(
            "%s does not know GPUs of compute capability %d.%d (expected a newer one, of at most the"
                    .formatted(description(), architecture / 10, architecture % 10)
                + " driver's CUDA; docs/gpu.md says where it is looked for)",
            e);
      }
      throw e;
    }
  }

  /**
   * What came out of a compilation.
   *
   * @param log the compiler's remarks
   */
  record Compiled(byte[] cubin, String log) {}

  /** Compiles a text that may include {@link KernelSources#COMMON}. */
  Compiled compile(String name, String source, List<String> options) {
    try (Arena arena = Arena.ofConfined()) {
      long program = create(arena, name, source);
      try {
        List<String> all = new ArrayList<>(options);
        MemorySegment words = arena.allocate(JAVA_LONG, all.size());
        for (int i = 0; i < all.size(); i++) {
          words.setAtIndex(JAVA_LONG, i, arena.allocateFrom(all.get(i)).address());
        }
        int code = invoke(compile, "nvrtcCompileProgram", program, all.size(), words.address());
        String remarks = new String(bytes(arena, program, logSize, log), StandardCharsets.UTF_8);
        remarks = remarks.replace("\0", "").strip();
        check(code, "nvrtcCompileProgram", "compiling " + name + " " + all + ":\n" + remarks);
        return new Compiled(bytes(arena, program, cubinSize, cubin), remarks);
      } finally {
        MemorySegment handle = arena.allocateFrom(JAVA_LONG, program);
        call(destroy, "nvrtcDestroyProgram", "giving back " + name, handle.address());
      }
    }
  }

  private long create(Arena arena, String name, String source) {
    MemorySegment handle = Binding.slot(arena);
    MemorySegment headers = arena.allocate(JAVA_LONG);
    headers.set(
        JAVA_LONG,
        0,
        Binding.chars(
                arena, KernelSources.text(KernelSources.COMMON).getBytes(StandardCharsets.UTF_8))
            .address());
    MemorySegment names = arena.allocate(JAVA_LONG);
    names.set(JAVA_LONG, 0, arena.allocateFrom(KernelSources.COMMON).address());
    call(
        create,
        "nvrtcCreateProgram",
        "reading " + name,
        handle.address(),
        Binding.chars(arena, source.getBytes(StandardCharsets.UTF_8)).address(),
        arena.allocateFrom(name).address(),
        1,
        headers.address(),
        names.address());
    return handle.get(JAVA_LONG, 0);
  }

  private byte[] bytes(Arena arena, long program, MethodHandle size, MethodHandle content) {
    MemorySegment count = Binding.slot(arena);
    call(size, "nvrtcGet…Size", "asking for a size", program, count.address());
    int length = Math.toIntExact(count.get(JAVA_LONG, 0));
    MemorySegment into = arena.allocate(Math.max(length, 1));
    call(content, "nvrtcGet…", "reading what was compiled", program, into.address());
    return into.asSlice(0, length).toArray(JAVA_BYTE);
  }

  private static int invoke(MethodHandle handle, String function, Object... arguments) {
    try {
      return (int) handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw Binding.notCalled(function, e);
    }
  }

  private void call(MethodHandle handle, String function, String doing, Object... arguments) {
    check(invoke(handle, function, arguments), function, doing);
  }

  private void check(int code, String function, String doing) {
    if (code != 0) {
      String text;
      try {
        text = Binding.text(((MemorySegment) errorText.invokeExact(code)).address());
      } catch (Throwable e) {
        text = "unknown";
      }
      throw new CudaException(function, code, text, doing);
    }
  }

  @Override
  public String toString() {
    return description();
  }
}
