// What all kernels share. The tests compile the same sources for the CPU (ESTAFETTE_EMULATED).
//
// Rules of the house: no atomic additions, so that the same input gives the same bits; a "wide"
// kernel moves four elements at a time, and the caller has checked that addresses and row widths
// allow it; elements are float ("_f") or bfloat16 ("_b"), sums are always float or double.
#pragma once

typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

struct bf16 {
  u16 bits;
};

#ifndef ESTAFETTE_EMULATED
#define KERNEL extern "C" __global__
#define SHARED __shared__
#define DEVICE __device__ __forceinline__
#ifndef INFINITY  // NVRTC has no headers.
#define INFINITY __uint_as_float(0x7f800000u)
#endif
extern __shared__ __align__(16) unsigned char dynamicShared[];
#endif

constexpr u32 ALL_LANES = 0xffffffffu;

DEVICE float toFloat(float x) { return x; }

DEVICE float toFloat(bf16 x) { return __uint_as_float((u32)x.bits << 16); }

// To the nearest, ties to even; NaN stays NaN.
DEVICE u32 bfBits(float x) {
  u32 u = __float_as_uint(x);
  if ((u & 0x7fffffffu) > 0x7f800000u) {
    return (u >> 16) | 0x40u;
  }
  return (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
}

// Two numbers in one register, the first in the low half.
DEVICE u32 pack(float low, float high) {
#ifdef ESTAFETTE_EMULATED
  return bfBits(low) | bfBits(high) << 16;
#else
  u32 both;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
#endif
}

DEVICE void put(float* p, float x) { *p = x; }

DEVICE void put(bf16* p, float x) { p->bits = (u16)bfBits(x); }

// N elements in registers, as float.
template <int N>
struct Pack {
  float v[N];
};

template <int N>
struct Count {
  static constexpr int n = N;
};

template <int N>
DEVICE Pack<N> load(const float* p) {
  Pack<N> r;
  if (N == 4) {
    float4 q = *(const float4*)p;
    r.v[0] = q.x;
    r.v[N > 1 ? 1 : 0] = q.y;
    r.v[N > 2 ? 2 : 0] = q.z;
    r.v[N > 3 ? 3 : 0] = q.w;
    if (N > 1) r.v[0] = q.x;
  } else {
#pragma unroll
    for (int i = 0; i < N; i++) r.v[i] = p[i];
  }
  return r;
}

template <int N>
DEVICE Pack<N> load(const bf16* p) {
  Pack<N> r;
  if (N == 4) {
    uint2 q = *(const uint2*)p;
    r.v[N > 1 ? 1 : 0] = __uint_as_float(q.x & 0xffff0000u);
    r.v[N > 2 ? 2 : 0] = __uint_as_float(q.y << 16);
    r.v[N > 3 ? 3 : 0] = __uint_as_float(q.y & 0xffff0000u);
    r.v[0] = __uint_as_float(q.x << 16);
  } else {
#pragma unroll
    for (int i = 0; i < N; i++) r.v[i] = toFloat(p[i]);
  }
  return r;
}

template <int N>
DEVICE void store(float* p, const Pack<N>& r) {
  if (N == 4) {
    *(float4*)p = make_float4(r.v[0], r.v[N > 1 ? 1 : 0], r.v[N > 2 ? 2 : 0], r.v[N > 3 ? 3 : 0]);
  } else {
#pragma unroll
    for (int i = 0; i < N; i++) p[i] = r.v[i];
  }
}

template <int N>
DEVICE void store(bf16* p, const Pack<N>& r) {
  if (N == 4) {
    *(uint2*)p =
        make_uint2(pack(r.v[0], r.v[N > 1 ? 1 : 0]), pack(r.v[N > 2 ? 2 : 0], r.v[N > 3 ? 3 : 0]));
  } else {
#pragma unroll
    for (int i = 0; i < N; i++) put(p + i, r.v[i]);
  }
}

// f(count, element) over elements 0 … n-1, four at a time where wide.
template <class F>
DEVICE void over(u64 n, int wide, F f) {
  u64 stride = (u64)gridDim.x * blockDim.x;
  u64 thread = (u64)blockIdx.x * blockDim.x + threadIdx.x;
  u64 done = 0;
  if (wide) {
    for (u64 g = thread; g < n / 4; g += stride) f(Count<4>(), g * 4);
    done = n / 4 * 4;
  }
  for (u64 i = done + thread; i < n; i += stride) f(Count<1>(), i);
}

// f(count, element, column) over the rows of a matrix.
template <class F>
DEVICE void overRows(u64 n, u32 width, int wide, F f) {
  u64 stride = (u64)gridDim.x * blockDim.x;
  u64 thread = (u64)blockIdx.x * blockDim.x + threadIdx.x;
  if (wide) {
    u32 groups = width / 4;
    for (u64 g = thread; g < n / 4; g += stride) f(Count<4>(), g * 4, ((u32)g % groups) * 4);
  } else {
    for (u64 i = thread; i < n; i += stride) f(Count<1>(), i, (u32)(i % width));
  }
}

// f(count, column) over a row, by the lanes of one warp; a lane always gets the same columns.
template <class F>
DEVICE void overRow(int width, int wide, F f) {
  int lane = threadIdx.x & 31;
  if (wide) {
    for (int c = lane * 4; c < width; c += 128) f(Count<4>(), c);
  } else {
    for (int c = lane; c < width; c += 32) f(Count<1>(), c);
  }
}

DEVICE float warpSum(float x) {
#pragma unroll
  for (int o = 16; o > 0; o >>= 1) x += __shfl_xor_sync(ALL_LANES, x, o);
  return x;
}

DEVICE float warpMax(float x) {
#pragma unroll
  for (int o = 16; o > 0; o >>= 1) x = fmaxf(x, __shfl_xor_sync(ALL_LANES, x, o));
  return x;
}

DEVICE double warpSum(double x) {
#pragma unroll
  for (int o = 16; o > 0; o >>= 1) x += __shfl_xor_sync(ALL_LANES, x, o);
  return x;
}

// Sum over the block, the same in every thread. slots: one for each warp; the block is whole warps.
template <class S>
DEVICE S blockSum(S x, S* slots) {
  x = warpSum(x);
  __syncthreads();
  if ((threadIdx.x & 31) == 0) slots[threadIdx.x >> 5] = x;
  __syncthreads();
  int warps = blockDim.x >> 5;
  S y = (threadIdx.x & 31) < warps ? slots[threadIdx.x & 31] : (S)0;
  return warpSum(y);
}
