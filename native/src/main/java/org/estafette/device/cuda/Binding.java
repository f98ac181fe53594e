package org.estafette.device.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** A library's functions. Addresses are passed as numbers, which costs no object per call. */
final class Binding {
  /** Longest text that a library's error is expected to be. */
  private static final int TEXT = 4096;

  private final SymbolLookup symbols;
  private final String library;

  /** Functions that {@code symbols} has, of the library that messages call {@code library}. */
  Binding(SymbolLookup symbols, String library) {
    this.symbols = symbols;
    this.library = library;
  }

  /** A function that returns an int. */
  MethodHandle link(String name, MemoryLayout... arguments) throws CudaUnavailableException {
    MemorySegment symbol =
        symbols
            .find(name)
            .orElseThrow(() ->
                new CudaUnavailableException(
                    library + " has no function " + name + ": it is too old, or another library."));
    return Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  /** A function that takes an int and returns a text. */
  MethodHandle linkText(String name) throws CudaUnavailableException {
    MemorySegment symbol =
        symbols
            .find(name)
            .orElseThrow(() -> new CudaUnavailableException(library + " has no function " + name));
    return Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(ADDRESS, JAVA_INT));
  }

  /** The text at an address. */
  static String text(long address) {
    return address == 0 ? "" : MemorySegment.ofAddress(address).reinterpret(TEXT).getString(0);
  }

  /** A failure to call at all: a fault of this program. */
  static CudaException notCalled(String function, Throwable e) {
    return new CudaException(function + " could not be called", e);
  }

  /** Zeroed place for a number that a function writes. */
  static MemorySegment slot(Arena arena) {
    return arena.allocate(JAVA_LONG);
  }

  /** Text as C wants it. */
  static MemorySegment chars(Arena arena, byte[] bytes) {
    MemorySegment s = arena.allocate(bytes.length + 1L, 8);
    MemorySegment.copy(bytes, 0, s, JAVA_BYTE, 0, bytes.length);
    return s;
  }
}
