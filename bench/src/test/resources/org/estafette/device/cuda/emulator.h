// Runs the kernels of the GPU on one thread of the CPU (x86-64, Linux), for tests. Every thread of
// a block is a fiber; a fiber runs until it waits for its warp or its block. So the order in which
// threads run is as bad as it can be: one is far ahead, the others have not begun. What is missing
// a barrier gives wrong numbers here, and differently wrong ones in the other order.
#pragma once
#define ESTAFETTE_EMULATED 1
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <tuple>

#define __global__
#define __restrict__ __restrict
#define KERNEL extern "C" __attribute__((visibility("default")))
#define SHARED static
#define DEVICE inline
#define __launch_bounds__(...)

struct uint3 {
  unsigned x, y, z;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }

inline unsigned __float_as_uint(float x) {
  unsigned u;
  memcpy(&u, &x, 4);
  return u;
}
inline float __uint_as_float(unsigned u) {
  float x;
  memcpy(&x, &u, 4);
  return x;
}
inline int __popc(unsigned u) { return __builtin_popcount(u); }

alignas(16) static unsigned char dynamicShared[232448];

namespace emulator {

enum State { READY, IN_WARP, IN_BLOCK, OVER };

struct Fiber {
  void* sp;
  State state;
  uint3 thread;
  int parity;
  int round;
};

static const int MOST = 1024;
static const size_t STACK = 64 << 10;
static Fiber fibers[MOST];
static char* stacks;
static Fiber* now;
static void* scheduler;
static uint3 block, blocks, grid;
static uint64_t slots[2][MOST][8];
static int any[3];
static void (*body)(const unsigned char*);
static const unsigned char* arguments;
static size_t taken;
static const char* fault;

extern "C" void estafette_switch(void** save, void* to) __attribute__((visibility("hidden")));
asm(R"(
.text
.hidden estafette_switch
.globl estafette_switch
.type estafette_switch,@function
estafette_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp,(%rdi)
  movq %rsi,%rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
)");

static void pause(State state) {
  Fiber* me = now;
  me->state = state;
  estafette_switch(&me->sp, scheduler);
}

static void enter() {
  body(arguments);
  pause(OVER);
  abort();
}

static void begin(Fiber& f, int index) {
  char* top = stacks + (size_t)(index + 1) * STACK;
  void** sp = (void**)((uintptr_t)top & ~(uintptr_t)15);
  *--sp = nullptr;  // keeps the stack aligned as behind a call
  *--sp = (void*)enter;
  for (int i = 0; i < 6; i++) *--sp = nullptr;
  f = {sp, READY, {(unsigned)index, 0, 0}, 0, 0};
}

// Runs one warp until all its threads are over or wait for the block.
static bool runWarp(int first, int end, int order) {
  while (true) {
    bool ran = false;
    for (int i = 0; i < end - first; i++) {
      int t = order ? end - 1 - i : first + i;
      if (fibers[t].state == READY) {
        ran = true;
        now = &fibers[t];
        estafette_switch(&scheduler, fibers[t].sp);
      }
    }
    int warp = 0, blockWide = 0;
    for (int t = first; t < end; t++) {
      warp += fibers[t].state == IN_WARP;
      blockWide += fibers[t].state == IN_BLOCK;
    }
    if (warp == 0) return ran;
    if (warp != end - first) {
      fault = "a warp's exchange without all its threads";
      return false;
    }
    for (int t = first; t < end; t++) fibers[t].state = READY;
  }
}

static void runBlock(int threads, int order) {
  memset(dynamicShared, 0xff, sizeof dynamicShared);  // NaN
  any[0] = any[1] = any[2] = 0;
  for (int t = 0; t < threads; t++) begin(fibers[t], t);
  while (!fault) {
    int warps = (threads + 31) / 32;
    for (int i = 0; i < warps && !fault; i++) {
      int w = order ? warps - 1 - i : i;
      runWarp(w * 32, w * 32 + 32 < threads ? w * 32 + 32 : threads, order);
    }
    int waiting = 0;
    for (int t = 0; t < threads; t++) waiting += fibers[t].state == IN_BLOCK;
    if (waiting == 0) return;
    for (int t = 0; t < threads; t++) {
      if (fibers[t].state == OVER) fault = "a block's barrier without all its threads";
      fibers[t].state = READY;
    }
  }
}

template <class T>
T take(const unsigned char* p) {
  taken = (taken + alignof(T) - 1) & ~(alignof(T) - 1);
  T value;
  memcpy(&value, p + taken, sizeof(T));
  taken += sizeof(T);
  return value;
}

template <class... A>
void call(void (*f)(A...), const unsigned char* p) {
  taken = 0;
  std::tuple<A...> values{take<A>(p)...};
  std::apply(f, values);
}

template <auto F>
void invoke(const unsigned char* p) {
  call(F, p);
}

struct Entry {
  const char* name;
  void (*body)(const unsigned char*);
};

// Exchanges up to 8 words with the other threads of the warp; the result is all lanes' words.
static uint64_t (*exchange(const uint64_t* words, int n))[8] {
  Fiber* me = now;
  int parity = me->parity;
  me->parity ^= 1;
  int t = me->thread.x;
  for (int i = 0; i < n; i++) slots[parity][t][i] = words[i];
  pause(IN_WARP);
  return &slots[parity][t & ~31];
}

}  // namespace emulator

#define threadIdx (emulator::now->thread)
#define blockIdx (emulator::block)
#define blockDim (emulator::blocks)
#define gridDim (emulator::grid)

inline void __syncthreads() { emulator::pause(emulator::IN_BLOCK); }

inline void __syncwarp() {
  uint64_t nothing = 0;
  emulator::exchange(&nothing, 1);
}

inline int __syncthreads_or(int p) {
  emulator::Fiber* me = emulator::now;
  int round = me->round++;
  if (p) emulator::any[round % 3] = 1;
  __syncthreads();
  int result = emulator::any[round % 3];
  emulator::any[(round + 2) % 3] = 0;
  return result;
}

template <class T>
T __shfl_xor_sync(unsigned, T value, int other) {
  uint64_t word = 0;
  memcpy(&word, &value, sizeof(T));
  uint64_t(*all)[8] = emulator::exchange(&word, 1);
  T result;
  memcpy(&result, &all[(threadIdx.x & 31) ^ other][0], sizeof(T));
  return result;
}

inline unsigned __ballot_sync(unsigned, bool p) {
  uint64_t word = p;
  uint64_t(*all)[8] = emulator::exchange(&word, 1);
  unsigned result = 0;
  for (int i = 0; i < 32; i++) result |= (unsigned)(all[i][0] != 0) << i;
  return result;
}

// mma.sync.m16n8k16, fragments as the PTX manual lays them out.
inline void emulatedMma(float* c, const unsigned* a, unsigned b0, unsigned b1) {
  uint64_t mine[6] = {a[0], a[1], a[2], a[3], b0, b1};
  uint64_t(*all)[8] = emulator::exchange(mine, 6);
  int lane = threadIdx.x & 31, g = lane >> 2, t = lane & 3;
  auto number = [](uint64_t word, int high) {
    return __uint_as_float(high ? (unsigned)word & 0xffff0000u : (unsigned)word << 16);
  };
  for (int i = 0; i < 4; i++) {
    int upper = i >> 1, column = 2 * t + (i & 1);
    float sum = c[i];
    for (int k = 0; k < 16; k++) {
      int pair = (k & 7) >> 1, high = k & 1, half = k >> 3;
      float x = number(all[4 * g + pair][upper + 2 * half], high);
      float y = number(all[4 * column + pair][4 + half], high);
      sum += x * y;
    }
    c[i] = sum;
  }
}

// ldmatrix.x2.trans.
template <class T>
void emulatedLoadTransposed(unsigned& b0, unsigned& b1, const T* row) {
  uint64_t mine = (uint64_t)(uintptr_t)row;
  if (mine & 15) emulator::fault = "ldmatrix of a row that is not aligned to 16 bytes";
  uint64_t(*all)[8] = emulator::exchange(&mine, 1);
  int lane = threadIdx.x & 31, g = lane >> 2, t = lane & 3;
  auto at = [&](int r) { return (unsigned)((const unsigned short*)(uintptr_t)all[r][0])[g]; };
  b0 = at(2 * t) | at(2 * t + 1) << 16;
  b1 = at(8 + 2 * t) | at(8 + 2 * t + 1) << 16;
}

#define EMULATED_TABLE(...)                                                                     \
  static const emulator::Entry table[] = {__VA_ARGS__};                                         \
  extern "C" __attribute__((visibility("default"))) const char* estafette_launch(               \
      const char* name, int x, int y, int z, int threads, const unsigned char* p, int bytes,    \
      int order) {                                                                              \
    using namespace emulator;                                                                   \
    if (!stacks) stacks = (char*)aligned_alloc(4096, MOST * STACK);                             \
    body = nullptr;                                                                             \
    for (const Entry& e : table)                                                                \
      if (!strcmp(e.name, name)) body = e.body;                                                 \
    if (!body) return "no such kernel";                                                         \
    if (threads < 1 || threads > MOST || threads % 32) return "a block that is not of warps";   \
    if (x < 1 || y < 1 || z < 1 || y > 65535 || z > 65535) return "a grid out of its range";    \
    arguments = p;                                                                              \
    fault = nullptr;                                                                            \
    blocks = {(unsigned)threads, 1, 1};                                                         \
    grid = {(unsigned)x, (unsigned)y, (unsigned)z};                                             \
    for (long i = 0; i < (long)x * y * z && !fault; i++) {                                      \
      long b = order ? (long)x * y * z - 1 - i : i;                                             \
      block = {(unsigned)(b % x), (unsigned)(b / x % y), (unsigned)(b / x / y)};                \
      runBlock(threads, order);                                                                 \
    }                                                                                           \
    if (!fault && taken != (size_t)bytes) fault = "parameters of another size";                 \
    return fault;                                                                               \
  }
