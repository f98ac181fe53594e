package org.estafette.device.cuda;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The driver API over the CPU. What is queued in a stream runs as late as possible: when someone
 * waits for the stream, or for an event in it. So what is read without waiting is not there yet,
 * and what is overwritten too early is seen. Copies from and to memory that is not pinned are
 * refused, also where it is unpinned before they run, and memory has margins that must not be
 * written. There are two GPUs, each with a context of its own: what belongs to one is refused in a
 * thread that has made the other current.
 */
final class EmulatedDriver implements CudaDriver {
  private static final int GPUS = 2;
  private static final int MARGIN = 256;
  private static final byte MARK = 0x5a;
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private final long total;
  private final int order;
  private final Map<Long, MethodHandle> modules = new HashMap<>();
  private final List<String> moduleFiles = new ArrayList<>();
  private final Map<Long, Function> functions = new HashMap<>();
  private final Map<String, Long> functionIds = new HashMap<>();
  private final TreeMap<Long, Piece> memory = new TreeMap<>();
  private final TreeMap<Long, Long> pinned = new TreeMap<>();
  private final Map<Long, ArrayDeque<Runnable>> streams = new HashMap<>();
  private final Map<Long, Ticket> events = new HashMap<>();
  private final Map<Long, Arena> host = new HashMap<>();

  /** The context in which a module, function, stream or event was made. */
  private final Map<Long, Long> contexts = new HashMap<>();

  private final ThreadLocal<Long> current = ThreadLocal.withInitial(() -> 0L);
  private final long[] used = new long[GPUS + 1];
  private long handles = 1000;

  /** Pieces of memory that were ever allocated. */
  volatile int allocations;

  /** Kernels that were run, by name. */
  final Map<String, Integer> ran = new TreeMap<>();

  private record Function(String name, MethodHandle launcher) {}

  private record Piece(Arena arena, MemorySegment whole, long bytes, long context) {}

  private static final class Ticket {
    final long stream;
    boolean fired;

    Ticket(long stream, boolean fired) {
      this.stream = stream;
      this.fired = fired;
    }
  }

  /**
   * @param total bytes of the emulated GPU's memory
   * @param order 0 or 1: two orders in which threads and blocks run
   */
  EmulatedDriver(long total, int order) {
    this.total = total;
    this.order = order;
  }

  /** The context of the calling thread. */
  private long context() {
    long context = current.get();
    if (context == 0) {
      throw failed("context", 201, "no context is current in " + Thread.currentThread());
    }
    return context;
  }

  /** A new handle of something that belongs to the calling thread's context. */
  private long made() {
    contexts.put(handles, context());
    return handles++;
  }

  /** Refuses what belongs to another context than the calling thread's. */
  private void mine(String what, long handle) {
    if (contexts.get(handle) != context()) {
      throw failed(what, 400, what + " of context " + contexts.get(handle) + " in " + context());
    }
  }

  private static CudaException failed(String function, int code, String what) {
    return new CudaException(function, code, what, "emulating");
  }

  @Override
  public int version() {
    return 13000;
  }

  @Override
  public int devices() {
    return GPUS;
  }

  @Override
  public String deviceName(int ordinal) {
    return "emulated GPU";
  }

  @Override
  public int attribute(int attribute, int ordinal) {
    return switch (attribute) {
      case MULTIPROCESSORS -> 2;
      case MAJOR -> 9;
      case MINOR -> 0;
      case SHARED_MEMORY_OPTIN -> 232448;
      default -> throw failed("cuDeviceGetAttribute", 1, "attribute " + attribute);
    };
  }

  @Override
  public long totalMemory(int ordinal) {
    return total;
  }

  @Override
  public long retainContext(int ordinal) {
    return ordinal + 1;
  }

  @Override
  public void makeCurrent(long context) {
    current.set(context);
  }

  @Override
  public synchronized long loadModule(byte[] image, String name) {
    String file = new String(image, StandardCharsets.UTF_8);
    long id = made();
    modules.put(id, EmulatedKernels.launcher(file));
    moduleFiles.add(file);
    return id;
  }

  @Override
  public synchronized void unloadModule(long module) {
    mine("module", module);
    if (modules.remove(module) == null) {
      throw failed("cuModuleUnload", 400, "no module " + module);
    }
  }

  @Override
  public synchronized long function(long module, String name) {
    mine("module", module);
    long id = made();
    functions.put(id, new Function(name, modules.get(module)));
    functionIds.put(name, id);
    return id;
  }

  @Override
  public synchronized void allowShared(long function, int bytes, String name) {
    mine("function", function);
  }

  @Override
  public synchronized void launch(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int block,
      int shared,
      long stream,
      MemorySegment parameters,
      int bytes,
      String name) {
    mine("function", function);
    mine("stream", stream);
    byte[] copy = parameters.asSlice(0, bytes).toArray(JAVA_BYTE);
    Function f = functions.get(function);
    ran.merge(name, 1, Integer::sum);
    queue(stream).add(() -> run(f, gridX, gridY, gridZ, block, copy));
  }

  private void run(Function f, int x, int y, int z, int block, byte[] parameters) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment p = arena.allocate(Math.max(16, parameters.length), 16);
      MemorySegment.copy(parameters, 0, p, JAVA_BYTE, 0, parameters.length);
      MemorySegment name = arena.allocateFrom(f.name());
      long fault =
          (long) f.launcher().invokeExact(name, x, y, z, block, p, parameters.length, order);
      if (fault != 0) {
        throw failed(
            "cuLaunchKernel",
            700,
            f.name() + ": " + MemorySegment.ofAddress(fault).reinterpret(200).getString(0));
      }
    } catch (CudaException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private ArrayDeque<Runnable> queue(long stream) {
    ArrayDeque<Runnable> q = streams.get(stream);
    if (q == null) {
      throw failed("stream", 400, "no stream " + stream);
    }
    return q;
  }

  private void step(long stream) {
    Runnable next = queue(stream).poll();
    if (next == null) {
      throw failed("cuStreamWaitEvent", 600, "an event that never comes");
    }
    next.run();
  }

  private void all(long stream) {
    while (!queue(stream).isEmpty()) {
      step(stream);
    }
  }

  @Override
  public synchronized long allocate(long bytes, String purpose) {
    int gpu = (int) context();
    if (used[gpu] + bytes > total) {
      throw failed("cuMemAlloc", 2, "CUDA_ERROR_OUT_OF_MEMORY");
    }
    Arena arena = Arena.ofShared();
    MemorySegment whole = arena.allocate(bytes + 2 * MARGIN, 256);
    whole.asSlice(0, MARGIN).fill(MARK);
    whole.asSlice(MARGIN, bytes).fill((byte) 0xff);
    whole.asSlice(MARGIN + bytes, MARGIN).fill(MARK);
    used[gpu] += bytes;
    allocations++;
    memory.put(whole.address() + MARGIN, new Piece(arena, whole, bytes, gpu));
    return whole.address() + MARGIN;
  }

  @Override
  public synchronized void free(long address) {
    for (long stream : streams.keySet().toArray(Long[]::new)) {
      all(stream);
    }
    Piece piece = memory.remove(address);
    if (piece == null) {
      throw failed("cuMemFree", 1, "memory that is not there");
    }
    margins(piece);
    used[(int) piece.context()] -= piece.bytes();
    piece.arena().close();
  }

  private static void margins(Piece p) {
    for (long i = 0; i < MARGIN; i++) {
      if (p.whole().get(JAVA_BYTE, i) != MARK
          || p.whole().get(JAVA_BYTE, MARGIN + p.bytes() + i) != MARK) {
        throw failed("cuMemFree", 700, "memory beside an arena was written");
      }
    }
  }

  @Override
  public synchronized long freeMemory() {
    return total - used[(int) context()];
  }

  private void inside(long address, long bytes) {
    Map.Entry<Long, Piece> e = memory.floorEntry(address);
    if (e == null
        || address + bytes > e.getKey() + e.getValue().bytes()
        || e.getValue().context() != context()) {
      throw failed("copy", 1, "memory that is not the GPU's");
    }
  }

  private void pinned(long address, long bytes) {
    Map.Entry<Long, Long> e = pinned.floorEntry(address);
    if (e == null || address + bytes > e.getKey() + e.getValue()) {
      throw failed("copy", 1, "memory of the host that is not pinned");
    }
  }

  @Override
  public synchronized void fill(long address, int word, long words, long stream) {
    inside(address, 4 * words);
    mine("stream", stream);
    queue(stream)
        .add(() -> {
          for (long i = 0; i < words; i++) {
            ALL.set(JAVA_INT, address + 4 * i, word);
          }
        });
  }

  /**
   * @param host the end that must be pinned still when it runs; 0 where there is none
   */
  private void copy(long to, long from, long bytes, long stream, long host) {
    mine("stream", stream);
    queue(stream)
        .add(() -> {
          if (host != 0) {
            pinned(host, bytes);
          }
          MemorySegment.copy(ALL, from, ALL, to, bytes);
        });
  }

  @Override
  public synchronized void copyToDevice(long to, long from, long bytes, long stream) {
    inside(to, bytes);
    pinned(from, bytes);
    copy(to, from, bytes, stream, from);
  }

  @Override
  public synchronized void copyToHost(long to, long from, long bytes, long stream) {
    inside(from, bytes);
    pinned(to, bytes);
    copy(to, from, bytes, stream, to);
  }

  @Override
  public synchronized void copyOnDevice(long to, long from, long bytes, long stream) {
    inside(from, bytes);
    inside(to, bytes);
    copy(to, from, bytes, stream, 0);
  }

  @Override
  public synchronized long allocateHost(long bytes) {
    Arena arena = Arena.ofShared();
    MemorySegment s = arena.allocate(bytes, 256);
    s.fill((byte) 0xff);
    host.put(s.address(), arena);
    pinned.put(s.address(), bytes);
    return s.address();
  }

  @Override
  public synchronized void freeHost(long address) {
    pinned.remove(address);
    host.remove(address).close();
  }

  @Override
  public synchronized void registerHost(long address, long bytes) {
    context();
    Map.Entry<Long, Long> before = pinned.lowerEntry(address + bytes);
    if (before != null && before.getKey() + before.getValue() > address) {
      throw failed("cuMemHostRegister", 712, "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED");
    }
    pinned.put(address, bytes);
  }

  @Override
  public synchronized void unregisterHost(long address) {
    if (pinned.remove(address) == null) {
      throw failed("cuMemHostUnregister", 1, "memory that is not pinned");
    }
  }

  @Override
  public synchronized long createStream() {
    long id = made();
    streams.put(id, new ArrayDeque<>());
    return id;
  }

  @Override
  public synchronized void destroyStream(long stream) {
    all(stream);
    streams.remove(stream);
  }

  @Override
  public synchronized void synchronize(long stream) {
    all(stream);
  }

  @Override
  public synchronized long createEvent() {
    long id = made();
    events.put(id, new Ticket(0, true));
    return id;
  }

  @Override
  public synchronized void destroyEvent(long event) {
    events.remove(event);
  }

  @Override
  public synchronized void record(long event, long stream) {
    mine("event", event);
    mine("stream", stream);
    Ticket ticket = new Ticket(stream, false);
    events.put(event, ticket);
    queue(stream).add(() -> ticket.fired = true);
  }

  @Override
  public synchronized void waitFor(long stream, long event) {
    mine("stream", stream);
    Ticket ticket = events.get(event);
    queue(stream).add(() -> until(ticket));
  }

  @Override
  public synchronized void synchronizeEvent(long event) {
    until(events.get(event));
  }

  /** As late as the API allows: nothing moves because somebody asks. */
  @Override
  public synchronized boolean reached(long event) {
    return events.get(event).fired;
  }

  private void until(Ticket ticket) {
    while (!ticket.fired) {
      step(ticket.stream);
    }
  }

  /** Queues what an emulated library does in a stream. */
  synchronized void enqueue(long stream, Runnable work) {
    mine("stream", stream);
    queue(stream).add(work);
  }

  /** Bytes that are allocated on a GPU now. */
  synchronized long used(int ordinal) {
    return used[ordinal + 1];
  }

  /** Bytes that are allocated now. */
  synchronized long used() {
    return Arrays.stream(used).sum();
  }
}
