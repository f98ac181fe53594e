package org.estafette.device.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bindings against libraries of the same names and signatures that g++ makes. */
class BindingTest {
  @TempDir static Path folder;
  private static CudaDriver driver;
  private static CudaBlas blas;
  private static MethodHandle said;

  @BeforeAll
  static void open() throws Exception {
    Path source = folder.resolve("fake.cpp");
    try (InputStream in = BindingTest.class.getResourceAsStream("fake.cpp")) {
      Files.write(source, in.readAllBytes());
    }
    Path library = folder.resolve("libfake.so");
    try {
      Process p =
          new ProcessBuilder(
                  "g++", "-std=c++17", "-O1", "-fPIC", "-shared", "-o", library + "", source + "")
              .redirectErrorStream(true)
              .start();
      String output = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(p.waitFor()).as(output).isZero();
    } catch (IOException e) {
      abort("skipped: bindings are tried on libraries that g++ makes, and there is none here");
    }
    CudaLibraries.Found found = new CudaLibraries.Found(library.toString(), "the fake", "");
    driver = CudaDriverLibrary.open(found);
    blas = CudaBlasLibrary.open(found);
    said =
        Linker.nativeLinker()
            .downcallHandle(
                SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow("fake_said"),
                FunctionDescriptor.of(ValueLayout.ADDRESS));
  }

  private static String said() throws Throwable {
    return ((MemorySegment) said.invokeExact()).reinterpret(4096).getString(0);
  }

  @Test
  void gpusShouldBeDescribed() {
    assertThat(driver.version()).isEqualTo(13020);
    assertThat(driver.devices()).isEqualTo(2);
    assertThat(driver.deviceName(1)).isEqualTo("fake GPU 101");
    assertThat(driver.attribute(CudaDriver.MAJOR, 1)).isEqualTo(75_101);
    assertThat(driver.totalMemory(1)).isEqualTo((80L << 30) | 101);
    assertThat(driver.freeMemory()).isEqualTo(111_222_333_444L);
  }

  @Test
  void contextsAndModulesShouldBeHandedThrough() throws Throwable {
    long context = driver.retainContext(1);
    assertThat(context).isEqualTo(0x700000000L + 101);
    driver.makeCurrent(context);
    assertThat(said()).isEqualTo("current 0x700000065");
    long module = driver.loadModule("an image".getBytes(StandardCharsets.US_ASCII), "x.cu");
    assertThat(said()).isEqualTo("load an image");
    assertThat(driver.function(module, "abc")).isEqualTo(module + 3);
    assertThat(driver.function(module, "missing")).isZero();
    driver.unloadModule(module);
    assertThat(said()).isEqualTo("unload 0x5500000000");
    driver.allowShared(0x1234, 100_000, "abc");
    assertThat(said()).isEqualTo("function 0x1234 attribute 8 = 100000");
  }

  @Test
  void aLaunchShouldCarryGridBlockStreamAndParameters() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = arena.allocate(64, 16);
      parameters.set(JAVA_LONG, 0, 0x1122334455667788L);
      parameters.set(JAVA_INT, 8, 0x0a0b0c0d);
      driver.launch(0xf00d, 3, 4, 5, 128, 777, 0xbeef, parameters, 12, "kernel");
      assertThat(said())
          .isEqualTo(
              "launch 0xf00d 3,4,5 x 128,1,1 shared 777 stream 0xbeef none extra 1 2 0:"
                  + " 88 77 66 55 44 33 22 11 0d 0c 0b 0a");
      assertThatThrownBy(() -> driver.launch(1, 7777, 1, 1, 32, 0, 0, parameters, 0, "adamw_step"))
          .isInstanceOf(CudaException.class)
          .hasMessage(
              "cuLaunchKernel: error 719, CUDA_ERROR_LAUNCH_FAILED (unspecified launch failure),"
                  + " while starting adamw_step with 7777×1×1 blocks of 32 threads and 0 bytes of"
                  + " shared memory");
    }
  }

  @Test
  void memoryShouldBeAllocatedFilledAndCopiedInItsDirections() throws Throwable {
    long a = driver.allocate(64, "test");
    long b = driver.allocate(64, "test");
    long host = driver.allocateHost(64);
    MemorySegment h = MemorySegment.ofAddress(host).reinterpret(64);
    driver.fill(a, 0x3f800000, 16, 0xabc);
    assertThat(said()).isEqualTo("fill 16 0xabc");
    driver.copyOnDevice(b, a, 64, 0xabc);
    assertThat(said()).isEqualTo("on device 64 0xabc");
    driver.copyToHost(host, b, 64, 0xabc);
    assertThat(said()).isEqualTo("to host 64 0xabc");
    assertThat(h.get(JAVA_FLOAT, 60)).isEqualTo(1f);
    h.set(JAVA_FLOAT, 0, 5f);
    driver.copyToDevice(a, host, 4, 0xabc);
    assertThat(said()).isEqualTo("to device 4 0xabc");
    driver.copyToHost(host + 8, a, 4, 0xabc);
    assertThat(h.get(JAVA_FLOAT, 8)).isEqualTo(5f);
    driver.registerHost(0x10000, 123_456_789_012L);
    assertThat(said()).isEqualTo("register 0x10000 123456789012 1");
    driver.unregisterHost(0x10000);
    assertThat(said()).isEqualTo("unregister 0x10000");
    driver.free(a);
    driver.free(b);
    driver.freeHost(host);
    assertThatThrownBy(() -> driver.allocate(1L << 41, "too much"))
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("cuMemAlloc: error 2")
        .hasMessageContaining("while allocating 2199023255552 bytes for too much");
  }

  @Test
  void streamsAndEventsShouldNotBeMixedUp() throws Throwable {
    long stream = driver.createStream();
    assertThat(stream).isEqualTo(0x990000001L);
    long event = driver.createEvent();
    assertThat(event).isEqualTo(0x880000002L);
    driver.record(event, stream);
    assertThat(said()).isEqualTo("record 0x880000002 in 0x990000001");
    driver.waitFor(stream, event);
    assertThat(said()).isEqualTo("0x990000001 waits for 0x880000002 0");
    driver.synchronizeEvent(event);
    assertThat(said()).isEqualTo("wait for event 0x880000002");
    assertThat(driver.reached(event)).isFalse();
    assertThat(said()).isEqualTo("ask for event 0x880000002");
    assertThat(driver.reached(event)).isTrue();
    driver.synchronize(stream);
    assertThat(said()).isEqualTo("wait for 0x990000001");
    driver.destroyEvent(event);
    assertThat(said()).isEqualTo("end event 0x880000002");
    driver.destroyStream(stream);
    assertThat(said()).isEqualTo("end stream 0x990000001");
  }

  @Test
  void cublasShouldGetAStreamThenAWorkspaceAndSayItsVersion() throws Throwable {
    long handle = blas.create(0x77, 0x1100000000L, 5_000_000_000L);
    assertThat(said())
        .isEqualTo("cublas 0x3300000000 stream 0x77 works in 5000000000 at 0x1100000000");
    blas.destroy(handle);
    assertThat(blas.description()).isEqualTo("cuBLAS 13.12.11 at the fake");
    assertThatThrownBy(() ->
            blas.multiply(
                1, false, false, 1, 1, 1, 8, 8, CudaBlas.Type.FLOAT32, 0, 8, CudaBlas.Type.FLOAT32))
        .isInstanceOf(CudaException.class)
        .hasMessage(
            "cublasGemmEx: error 7, CUBLAS_STATUS_INVALID_VALUE, while multiplying m=1 n=1 k=1"
                + " transA=false transB=false of FLOAT32 into FLOAT32");
  }

  /** cuBLAS has columns first; here rows are. */
  @Test
  void productsShouldBeThoseOfRowMajorMatricesInEveryForm() {
    long handle = blas.create(0, 256, 256);
    Random random = new Random(5);
    int m = 5;
    int n = 3;
    int k = 4;
    for (int form = 0; form < 32; form++) {
      boolean transA = (form & 1) != 0;
      boolean transB = (form & 2) != 0;
      float beta = (form & 4) != 0 ? 1 : 0;
      CudaBlas.Type in = (form & 8) != 0 ? CudaBlas.Type.BFLOAT16 : CudaBlas.Type.FLOAT32;
      CudaBlas.Type out = (form & 16) != 0 ? CudaBlas.Type.BFLOAT16 : CudaBlas.Type.FLOAT32;
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment a = numbers(arena, m * k, in, random);
        MemorySegment b = numbers(arena, k * n, in, random);
        MemorySegment c = numbers(arena, m * n, out, random);
        double[] want = new double[m * n];
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < n; j++) {
            want[i * n + j] = beta * get(c, i * n + j, out);
            for (int l = 0; l < k; l++) {
              want[i * n + j] +=
                  get(a, transA ? l * m + i : i * k + l, in)
                      * get(b, transB ? j * k + l : l * n + j, in);
            }
          }
        }
        blas.multiply(
            handle, transA, transB, m, n, k, a.address(), b.address(), in, beta, c.address(), out);
        for (int i = 0; i < m * n; i++) {
          assertThat(get(c, i, out)).as("form %d [%d]", form, i).isEqualTo(want[i]);
        }
      }
    }
  }

  /** Small whole numbers, so that every sum is exact in every form. */
  private static MemorySegment numbers(Arena arena, int count, CudaBlas.Type type, Random random) {
    MemorySegment s = arena.allocate(4L * count, 16);
    for (int i = 0; i < count; i++) {
      float value = random.nextInt(9) - 4;
      if (type == CudaBlas.Type.FLOAT32) {
        s.setAtIndex(JAVA_FLOAT, i, value);
      } else {
        s.setAtIndex(JAVA_SHORT, i, (short) (Float.floatToRawIntBits(value) >>> 16));
      }
    }
    return s;
  }

  private static double get(MemorySegment s, int i, CudaBlas.Type type) {
    return type == CudaBlas.Type.FLOAT32
        ? s.getAtIndex(JAVA_FLOAT, i)
        : Float.intBitsToFloat(s.getAtIndex(JAVA_SHORT, i) << 16);
  }
}
