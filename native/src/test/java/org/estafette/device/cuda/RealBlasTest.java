package org.estafette.device.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** NVIDIA's own cuBLAS, where it is found; no GPU is needed. */
class RealBlasTest {
  private CudaBlasLibrary blas;

  @BeforeEach
  void look() {
    try {
      blas = CudaBlasLibrary.open(CudaLibraries.ofProcess().cublas());
    } catch (CudaUnavailableException e) {
      abort("skipped: " + e.getMessage());
    }
  }

  @Test
  void allFunctionsShouldBeThereAndTheVersionBeSaid() {
    assertThat(blas.version()).isBetween(12, 20);
    assertThat(blas.description()).matches("cuBLAS \\d+\\.\\d+\\.\\d+ at .*libcublas\\.so.*");
  }

  @Test
  void withoutADriverItShouldSayThatItDoesNotStart() {
    try {
      CudaDriverLibrary.open(CudaLibraries.ofProcess().driver());
      assumeTrue(false, "skipped: there is a GPU here");
    } catch (CudaUnavailableException e) {
      assertThatThrownBy(() -> blas.create(0, 256, 256))
          .isInstanceOf(CudaException.class)
          .hasMessage(
              "cublasCreate: error 1, the library was not initialized, while starting cuBLAS");
    }
  }
}
