package org.estafette.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaLibrariesTest {
  @TempDir Path home;

  private Path file(String name) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "no library");
  }

  @Test
  void cudaHomeShouldComeBeforeTheLoadersPath() throws Exception {
    Path first = file("toolkit/lib64/libcublas.so.13");
    file("elsewhere/libcublas.so.13");
    Map<String, String> environment =
        Map.of(
            "CUDA_HOME", home.resolve("toolkit").toString(),
            "LD_LIBRARY_PATH", home.resolve("elsewhere").toString());
    assertThat(new CudaLibraries(environment, home, null).cublas().name())
        .isEqualTo(first.toString());
  }

  @Test
  void aFolderThatIsNamedShouldComeFirst() throws Exception {
    Path first = file("named/libcublas.so.12");
    file("toolkit/lib64/libcublas.so.13");
    Map<String, String> environment = Map.of("CUDA_HOME", home.resolve("toolkit").toString());
    CudaLibraries libraries =
        new CudaLibraries(environment, home, home.resolve("named").toString());
    assertThat(libraries.cublas().name()).isEqualTo(first.toString());
  }

  @Test
  void theHighestVersionShouldBeTakenAndAlternativeBuildsLeftAlone() throws Exception {
    file("l/libnvrtc.so.12");
    Path newer = file("l/libnvrtc.so.13");
    file("l/libnvrtc.alt.so.13");
    file("l/libnvrtc-builtins.so.13.1");
    Map<String, String> environment = Map.of("LD_LIBRARY_PATH", home.resolve("l").toString());
    assertThat(new CudaLibraries(environment, home, null).nvrtc().name())
        .isEqualTo(newer.toString());
  }

  @Test
  void pipsPackagesShouldBeFoundInAVirtualEnvironment() throws Exception {
    Path found = file("env/lib/python3.12/site-packages/nvidia/cublas/lib/libcublas.so.12");
    Map<String, String> environment = Map.of("VIRTUAL_ENV", home.resolve("env").toString());
    assertThat(new CudaLibraries(environment, home, null).cublas().name())
        .isEqualTo(found.toString());
  }

  /** As where a program is started without activating the environment that has PyTorch. */
  @Test
  void pipsPackagesShouldBeFoundBesideThePythonOnThePath() throws Exception {
    Path python = file("torch/.venv/bin/python3");
    Path found = file("torch/.venv/lib/python3.12/site-packages/nvidia/cu13/lib/libcublas.so.13");
    file("tools/bin/other");
    Files.createSymbolicLink(home.resolve("tools/bin/python3"), python);
    for (String bin : new String[] {"torch/.venv/bin", "tools/bin"}) {
      Map<String, String> environment = Map.of("PATH", "/nowhere/bin:" + home.resolve(bin) + ":");
      assertThat(new CudaLibraries(environment, home, null).cublas().name())
          .as(bin)
          .isEqualTo(found.toString());
    }
  }

  @Test
  void aVersionThatTheDriverDoesNotKnowShouldBeLeftForAnOlderOne() throws Exception {
    file("new/libnvrtc.so.13");
    Files.createSymbolicLink(home.resolve("new/libnvrtc.so"), home.resolve("new/libnvrtc.so.13"));
    file("ancient/libnvrtc.so.11.2");
    Path known = file("old/libnvrtc.so.12");
    String path = home.resolve("new") + ":" + home.resolve("ancient") + ":" + known.getParent();
    CudaLibraries libraries = new CudaLibraries(Map.of("LD_LIBRARY_PATH", path), home, null);
    assertThat(libraries.nvrtc(12).name()).isEqualTo(known.toString());
    assertThat(libraries.nvrtc(13).name()).endsWith("/new/libnvrtc.so.13");
    Files.delete(known);
    assertThat(libraries.nvrtc(12).name())
        .as("where there is no other, the message is about this one")
        .endsWith("/new/libnvrtc.so.13");
  }

  @Test
  void aLibraryThatCannotBeLoadedShouldBeRefusedInOneSentence() throws Exception {
    file("l/libcublas.so.13");
    Map<String, String> environment = Map.of("LD_LIBRARY_PATH", home.resolve("l").toString());
    CudaLibraries.Found found = new CudaLibraries(environment, home, null).cublas();
    assertThatThrownBy(found::open)
        .isInstanceOf(CudaUnavailableException.class)
        .hasMessageStartingWith(home + "/l/libcublas.so.13 cannot be loaded (")
        .hasMessageEndingWith(").");
  }

  @Test
  void javaCppsJarsShouldBeFoundInTheLocalRepository() throws Exception {
    Path jar =
        home.resolve(
            ".m2/repository/org/bytedeco/cuda-redist/13.1/cuda-redist-13.1-linux-x86_64.jar");
    Files.createDirectories(jar.getParent());
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("org/bytedeco/cuda/linux-x86_64/libcublas.so.13"));
      zip.write(new byte[] {1, 2, 3});
      zip.closeEntry();
    }
    String before = System.getProperty("estafette.cache");
    System.setProperty("estafette.cache", home.resolve("cache").toString());
    try {
      CudaLibraries.Found found = new CudaLibraries(Map.of(), home, null).cublas();
      assertThat(found.where()).endsWith("(of cuda-redist-13.1-linux-x86_64.jar)");
      assertThat(Files.size(Path.of(found.name()))).isEqualTo(3);
    } finally {
      if (before == null) {
        System.clearProperty("estafette.cache");
      } else {
        System.setProperty("estafette.cache", before);
      }
    }
  }
}
