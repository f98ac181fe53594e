package org.estafette.device.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The kernels' sources, compiled for the CPU by g++: one shared library for each file. */
final class EmulatedKernels {
  private EmulatedKernels() {}

  /** Whether this machine can emulate: g++ for x86-64 Linux. */
  static boolean possible() {
    if (!System.getProperty("os.arch").equals("amd64")
        || !System.getProperty("os.name").equals("Linux")) {
      return false;
    }
    try {
      Process p = new ProcessBuilder("g++", "--version").redirectErrorStream(true).start();
      p.getInputStream().readAllBytes();
      return p.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The launching function of a compiled file. */
  static MethodHandle launcher(String file) {
    SymbolLookup library = SymbolLookup.libraryLookup(library(file), Arena.global());
    return Linker.nativeLinker()
        .downcallHandle(
            library.findOrThrow("estafette_launch"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT));
  }

  private static synchronized Path library(String file) {
    String header = resource("emulator.h");
    String source =
        header
            + KernelSources.text(file)
            + KernelSources.kernels(file).stream()
                .map(k -> "{\"" + k + "\", emulator::invoke<" + k + ">}")
                .collect(Collectors.joining(", ", "\nEMULATED_TABLE(", ")\n"));
    String common = KernelSources.text(KernelSources.COMMON);
    Path folder = CudaCache.folder().resolve("emulated").resolve(hash(source + common));
    Path library = folder.resolve(file.replace(".cu", ".so"));
    if (Files.exists(library)) {
      return library;
    }
    try {
      Files.createDirectories(folder);
      Path work = Files.createTempDirectory(folder, "build-");
      Files.writeString(work.resolve(KernelSources.COMMON), common);
      Path text = Files.writeString(work.resolve(file.replace(".cu", ".cpp")), source);
      Path made = work.resolve("made.so");
      compile(text, made);
      Files.move(made, library, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      return library;
    } catch (IOException e) {
      throw new IllegalStateException("cannot emulate " + file + ": " + e, e);
    }
  }

  private static void compile(Path source, Path library) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "g++",
                "-std=c++17",
                "-O2",
                "-march=x86-64-v3",
                "-ffp-contract=off",
                "-fPIC",
                "-shared",
                "-fvisibility=hidden",
                "-fno-gnu-unique",
                "-fno-stack-protector",
                "-fno-exceptions",
                "-w",
                "-o",
                library.toString(),
                source.toString()));
    Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!p.waitFor(5, TimeUnit.MINUTES) || p.exitValue() != 0) {
        throw new IllegalStateException("g++ refuses " + source + ":\n" + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while g++ compiled", e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = EmulatedKernels.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(name, e);
    }
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
