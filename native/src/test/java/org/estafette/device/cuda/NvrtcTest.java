package org.estafette.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kernels through NVRTC, where it is found; no GPU is needed. */
class NvrtcTest {
  @BeforeEach
  void look() {
    String missing = KernelReport.missing();
    assumeTrue(missing.isEmpty(), "skipped: " + missing);
  }

  @Test
  @Tag("nightly")
  void everyKernelShouldCompileForEveryArchitectureWithoutSpilling() {
    List<Integer> architectures = List.of(80, 90, 100);
    KernelReport report = KernelReport.of(architectures);
    assertThat(report.rows().keySet()).containsAll(KernelReport.kernels());
    report
        .rows()
        .forEach((kernel, row) -> {
          assertThat(row.keySet()).as(kernel).containsExactlyElementsOf(architectures);
          row.forEach((a, r) -> assertThat(r.spilled()).as(kernel + " on sm_" + a).isZero());
        });
  }

  @Test
  void aCompiledFileShouldBeKeptAndADamagedOneCompiledAgain(@TempDir Path folder) throws Exception {
    Nvrtc nvrtc = Nvrtc.open(CudaLibraries.ofProcess().nvrtc());
    KernelCompiler compiler = new CachedCompiler(nvrtc, new CudaCache(folder), 13000);
    byte[] made = compiler.compile("loss.cu", 90);
    assertThat(new String(made, 1, 3, java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("ELF");
    Path entry;
    try (var files = Files.walk(folder)) {
      entry = files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    Files.write(entry, new byte[] {1, 2, 3});
    assertThat(compiler.compile("loss.cu", 90)).isEqualTo(made);
    assertThat(Files.size(entry)).isGreaterThan(made.length);
  }

  @Test
  void aGpuThatIsNewerThanTheCompilerShouldBeSaidWithWhatToDo() throws Exception {
    Nvrtc nvrtc = Nvrtc.open(CudaLibraries.ofProcess().nvrtc());
    assertThatThrownBy(() -> nvrtc.compile("loss.cu", 990))
        .isInstanceOf(CudaException.class)
        .hasMessageStartingWith(nvrtc.description())
        .hasMessageContaining(" does not know GPUs of compute capability 99.0 (expected a newer");
  }

  @Test
  void aSourceThatIsWrongShouldBeRefusedWithWhatTheCompilerSays() throws Exception {
    Nvrtc nvrtc = Nvrtc.open(CudaLibraries.ofProcess().nvrtc());
    assertThatThrownBy(
            () -> nvrtc.compile("wrong.cu", "KERNEL void wrong() { x = 1; }", Nvrtc.options(90)))
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("nvrtcCompileProgram: error 6, NVRTC_ERROR_COMPILATION")
        .hasMessageContaining("wrong.cu(1)");
  }
}
