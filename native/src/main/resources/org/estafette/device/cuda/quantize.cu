// Stochastic rounding to a grid, block by block (BlockQuantizer has the form and the reason).
#include "common.cuh"

constexpr int GRID_BLOCK = 256;

// SplitMix64: 64 random bits for four elements.
DEVICE u64 randomBits(u64 key, u64 group) {
  u64 z = key + 0x9E3779B97F4A7C15ull * (group + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

// The smallest e >= -126 with max <= (2^(bits-1) - 1) * 2^e, of the bits of max; widest is the
// fraction of (2^(bits-1) - 1) / 2^(bits-2).
DEVICE int gridExponent(u32 largest, u32 widest, int bits) {
  int e = (int)(largest >> 23) - 127 - (bits - 2) + ((largest & 0x7fffffu) > widest ? 1 : 0);
  return e < -126 ? -126 : e;
}

// A warp for each block of the grid; a lane has four elements side by side, twice.
KERNEL void quantize(float* x, int bits, u64 key, u64 n, int wide) {
  u32 widest = (1u << 23) - (1u << (25 - bits));
  int above = 1 << (bits - 1);
  int lane = threadIdx.x & 31;
  u64 warps = (u64)gridDim.x * (blockDim.x >> 5);
  u64 blocks = (n + GRID_BLOCK - 1) / GRID_BLOCK;
  u64 first = (u64)blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5);
  for (u64 block = first; block < blocks; block += warps) {
    u64 at[2];
    float v[8];
    u32 largest = 0;
#pragma unroll
    for (int h = 0; h < 2; h++) {
      u64 i = at[h] = block * GRID_BLOCK + 128 * h + 4 * lane;
      if (wide && i + 4 <= n) {
        Pack<4> p = load<4>(x + i);
#pragma unroll
        for (int j = 0; j < 4; j++) v[4 * h + j] = p.v[j];
      } else {
#pragma unroll
        for (int j = 0; j < 4; j++) v[4 * h + j] = i + j < n ? x[i + j] : 0.0f;
      }
#pragma unroll
      for (int j = 0; j < 4; j++) {
        u32 bitsOf = __float_as_uint(v[4 * h + j]) & 0x7fffffffu;
        largest = bitsOf > largest ? bitsOf : largest;
      }
    }
#pragma unroll
    for (int o = 16; o > 0; o >>= 1) {
      u32 other = __shfl_xor_sync(ALL_LANES, largest, o);
      largest = other > largest ? other : largest;
    }
    // NaN, infinity and what has no finite grid stay. The whole warp agrees.
    if (largest > (254u << 23 | widest)) continue;
    int e = gridExponent(largest, widest, bits);
    float scale = __uint_as_float((u32)(e + 127) << 23);
    float inverse = __uint_as_float((u32)(127 - e) << 23);
#pragma unroll
    for (int h = 0; h < 2; h++) {
      u64 i = at[h];
      u64 random = randomBits(key, i / 4);
      Pack<4> p;
#pragma unroll
      for (int j = 0; j < 4; j++) {
        float up = (float)above + (float)((u32)(random >> (16 * j)) & 0xffffu) * 0x1p-16f;
        p.v[j] = (float)((int)fmaf(v[4 * h + j], inverse, up) - above) * scale;
      }
      if (wide && i + 4 <= n) {
        store<4>(x + i, p);
      } else {
#pragma unroll
        for (int j = 0; j < 4; j++)
          if (i + j < n) x[i + j] = p.v[j];
      }
    }
  }
}
