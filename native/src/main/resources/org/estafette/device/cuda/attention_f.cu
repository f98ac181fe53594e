// Causal attention in float32 without a tokens x tokens matrix in memory (Dao et al., 2022), for
// every head width up to 128. qkv is rows x 3·width; lse keeps log(sum(exp)) of each row and head.
//
// Blocks (tile of 32 rows, head, sequence) of 256 threads: 8 neighbouring threads share a row, and
// thread j of them has columns j, j + 8, … of it. E = (largest head width) / 8.
#include "common.cuh"

constexpr int TILE = 32;

struct Shape {
  int tokens, heads, d;
  float scale;
};

// rows x d into shared memory, zeros behind the end and behind d.
template <int E>
DEVICE void fetch(float* to, const float* from, int ld, int first, int tokens, int d) {
  const int w = 8 * E + 1;
  for (int i = threadIdx.x; i < TILE * 8 * E; i += 256) {
    int r = i / (8 * E), c = i % (8 * E);
    to[r * w + c] = first + r < tokens && c < d ? from[(u64)(first + r) * ld + c] : 0;
  }
}

// Four elements of a·bT for this thread's row of a: columns j, j + 8, j + 16, j + 24.
template <int E>
DEVICE void products(float* s, const float* a, const float* b) {
  const int w = 8 * E + 1;
  int row = threadIdx.x >> 3, j = threadIdx.x & 7;
  s[0] = s[1] = s[2] = s[3] = 0;
#pragma unroll 4
  for (int k = 0; k < 8 * E; k++) {
    float x = a[row * w + k];
#pragma unroll
    for (int i = 0; i < 4; i++) s[i] = fmaf(x, b[(j + 8 * i) * w + k], s[i]);
  }
}

// acc[e] += sum over k of p[row][k]·b[k][j + 8e].
template <int E>
DEVICE void accumulate(float* acc, const float* p, const float* b) {
  const int w = 8 * E + 1;
  int row = threadIdx.x >> 3, j = threadIdx.x & 7;
#pragma unroll 4
  for (int k = 0; k < TILE; k++) {
    float x = p[row * (TILE + 1) + k];
#pragma unroll
    for (int e = 0; e < E; e++) acc[e] = fmaf(x, b[k * w + j + 8 * e], acc[e]);
  }
}

template <int E>
DEVICE void write(float* to, const float* acc, int ld, int first, int tokens, int d, float factor) {
  int row = first + (threadIdx.x >> 3), j = threadIdx.x & 7;
  if (row >= tokens) return;
#pragma unroll
  for (int e = 0; e < E; e++) {
    if (j + 8 * e < d) to[(u64)row * ld + j + 8 * e] = acc[e] * factor;
  }
}

DEVICE float rowSum(float x) {
#pragma unroll
  for (int o = 4; o > 0; o >>= 1) x += __shfl_xor_sync(ALL_LANES, x, o);
  return x;
}

template <int E>
DEVICE void forward(float* out, float* lse, const float* qkv, Shape s) {
  const int w = 8 * E + 1;
  float* q = (float*)dynamicShared;
  float* k = q + TILE * w;
  float* v = k + TILE * w;
  float* p = v + TILE * w;
  // The longest rows first: they would otherwise be the tail of the launch.
  int first = (gridDim.x - 1 - blockIdx.x) * TILE, head = blockIdx.y, sequence = blockIdx.z;
  int width = s.heads * s.d, ld = 3 * width;
  int row = threadIdx.x >> 3, j = threadIdx.x & 7;
  const float* base = qkv + (u64)sequence * s.tokens * ld + head * s.d;
  fetch<E>(q, base, ld, first, s.tokens, s.d);
  float acc[E];
#pragma unroll
  for (int e = 0; e < E; e++) acc[e] = 0;
  float max = -INFINITY, sum = 0;
  for (int key = 0; key < first + TILE && key < s.tokens; key += TILE) {
    __syncthreads();
    fetch<E>(k, base + width, ld, key, s.tokens, s.d);
    fetch<E>(v, base + 2 * width, ld, key, s.tokens, s.d);
    __syncthreads();
    float x[4];
    products<E>(x, q, k);
    float m = max;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      int column = key + j + 8 * i;
      x[i] = column <= first + row && column < s.tokens ? x[i] * s.scale : -INFINITY;
      m = fmaxf(m, x[i]);
    }
#pragma unroll
    for (int o = 4; o > 0; o >>= 1) m = fmaxf(m, __shfl_xor_sync(ALL_LANES, m, o));
    float keep = expf(max - m), part = 0;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      float e = expf(x[i] - m);
      p[row * (TILE + 1) + j + 8 * i] = e;
      part += e;
    }
    sum = sum * keep + rowSum(part);
    max = m;
#pragma unroll
    for (int e = 0; e < E; e++) acc[e] *= keep;
    __syncwarp();
    accumulate<E>(acc, p, v);
  }
  write<E>(
      out + (u64)sequence * s.tokens * width + head * s.d, acc, width, first, s.tokens, s.d,
      1 / sum);
  if (j == 0 && first + row < s.tokens) {
    lse[((u64)sequence * s.heads + head) * s.tokens + first + row] = max + logf(sum);
  }
}

// delta[row] = sum of dOut·out over a head: a warp for each (row, head).
template <class T>
DEVICE void rowDots(
    float* delta, const T* dOut, const T* out, int rows, int tokens, int heads, int d) {
  int lane = threadIdx.x & 31;
  u64 n = (u64)rows * heads;
  u64 stride = (u64)gridDim.x * (blockDim.x >> 5);
  for (u64 i = (u64)blockIdx.x * (blockDim.x >> 5) + (threadIdx.x >> 5); i < n; i += stride) {
    float sum = 0;
    for (int c = lane; c < d; c += 32) sum += toFloat(dOut[i * d + c]) * toFloat(out[i * d + c]);
    sum = warpSum(sum);
    u64 row = i / heads;
    if (lane == 0) delta[((row / tokens) * heads + i % heads) * tokens + row % tokens] = sum;
  }
}

KERNEL void attention_dots_f(
    float* delta, const float* dOut, const float* out, int rows, int tokens, int heads, int d) {
  rowDots(delta, dOut, out, rows, tokens, heads, d);
}
KERNEL void attention_dots_b(
    float* delta, const bf16* dOut, const bf16* out, int rows, int tokens, int heads, int d) {
  rowDots(delta, dOut, out, rows, tokens, heads, d);
}

// P and dS of one tile of queries and one of keys, this thread's four elements of each.
template <int E>
DEVICE void gradients(
    float* p, float* ds, const float* q, const float* k, const float* v, const float* dO,
    const float* lse, const float* delta, int query, int key, Shape s) {
  int row = query + (threadIdx.x >> 3), j = threadIdx.x & 7;
  products<E>(p, q, k);
  products<E>(ds, dO, v);
  bool there = row < s.tokens;
  float l = there ? lse[row] : 0, dot = there ? delta[row] : 0;
#pragma unroll
  for (int i = 0; i < 4; i++) {
    int column = key + j + 8 * i;
    p[i] = there && column <= row && column < s.tokens ? expf(p[i] * s.scale - l) : 0;
    ds[i] = p[i] * (ds[i] - dot) * s.scale;
  }
}

// Blocks (tile of keys, head, sequence): dK and dV.
template <int E>
DEVICE void backwardKeys(
    float* dQkv, const float* dOut, const float* lse, const float* delta, const float* qkv,
    Shape s) {
  const int w = 8 * E + 1;
  float* q = (float*)dynamicShared;
  float* k = q + TILE * w;
  float* v = k + TILE * w;
  float* dO = v + TILE * w;
  float* pT = dO + TILE * w;
  float* dsT = pT + TILE * (TILE + 1);
  int key = blockIdx.x * TILE, head = blockIdx.y, sequence = blockIdx.z;
  int width = s.heads * s.d, ld = 3 * width;
  int row = threadIdx.x >> 3, j = threadIdx.x & 7;
  u64 start = (u64)sequence * s.tokens;
  const float* base = qkv + start * ld + head * s.d;
  const float* outBase = dOut + start * width + head * s.d;
  u64 stats = ((u64)sequence * s.heads + head) * s.tokens;
  fetch<E>(k, base + width, ld, key, s.tokens, s.d);
  fetch<E>(v, base + 2 * width, ld, key, s.tokens, s.d);
  float dk[E], dv[E];
#pragma unroll
  for (int e = 0; e < E; e++) dk[e] = dv[e] = 0;
  for (int query = key; query < s.tokens; query += TILE) {
    __syncthreads();
    fetch<E>(q, base, ld, query, s.tokens, s.d);
    fetch<E>(dO, outBase, width, query, s.tokens, s.d);
    __syncthreads();
    float p[4], ds[4];
    gradients<E>(p, ds, q, k, v, dO, lse + stats, delta + stats, query, key, s);
#pragma unroll
    for (int i = 0; i < 4; i++) {
      pT[(j + 8 * i) * (TILE + 1) + row] = p[i];
      dsT[(j + 8 * i) * (TILE + 1) + row] = ds[i];
    }
    __syncthreads();
    accumulate<E>(dv, pT, dO);
    accumulate<E>(dk, dsT, q);
  }
  float* to = dQkv + start * ld + head * s.d;
  write<E>(to + width, dk, ld, key, s.tokens, s.d, 1);
  write<E>(to + 2 * width, dv, ld, key, s.tokens, s.d, 1);
}

// Blocks (tile of queries, head, sequence): dQ.
template <int E>
DEVICE void backwardQueries(
    float* dQkv, const float* dOut, const float* lse, const float* delta, const float* qkv,
    Shape s) {
  const int w = 8 * E + 1;
  float* q = (float*)dynamicShared;
  float* k = q + TILE * w;
  float* v = k + TILE * w;
  float* dO = v + TILE * w;
  float* tile = dO + TILE * w;
  int query = (gridDim.x - 1 - blockIdx.x) * TILE, head = blockIdx.y, sequence = blockIdx.z;
  int width = s.heads * s.d, ld = 3 * width;
  int row = threadIdx.x >> 3, j = threadIdx.x & 7;
  u64 start = (u64)sequence * s.tokens;
  const float* base = qkv + start * ld + head * s.d;
  u64 stats = ((u64)sequence * s.heads + head) * s.tokens;
  fetch<E>(q, base, ld, query, s.tokens, s.d);
  fetch<E>(dO, dOut + start * width + head * s.d, width, query, s.tokens, s.d);
  float dq[E];
#pragma unroll
  for (int e = 0; e < E; e++) dq[e] = 0;
  for (int key = 0; key < query + TILE && key < s.tokens; key += TILE) {
    __syncthreads();
    fetch<E>(k, base + width, ld, key, s.tokens, s.d);
    fetch<E>(v, base + 2 * width, ld, key, s.tokens, s.d);
    __syncthreads();
    float p[4], ds[4];
    gradients<E>(p, ds, q, k, v, dO, lse + stats, delta + stats, query, key, s);
#pragma unroll
    for (int i = 0; i < 4; i++) tile[row * (TILE + 1) + j + 8 * i] = ds[i];
    __syncwarp();
    accumulate<E>(dq, tile, k);
  }
  write<E>(dQkv + start * ld + head * s.d, dq, ld, query, s.tokens, s.d, 1);
}

#define ATTENTION(D)                                                                              \
  KERNEL void __launch_bounds__(256, 2) attention_f##D(                                           \
      float* out, float* lse, const float* qkv, int tokens, int heads, int d, float scale) {      \
    forward<D / 8>(out, lse, qkv, Shape{tokens, heads, d, scale});                                \
  }                                                                                               \
  KERNEL void __launch_bounds__(256, 2) attention_keys_f##D(                                      \
      float* dQkv, const float* dOut, const float* lse, const float* delta, const float* qkv,     \
      int tokens, int heads, int d, float scale) {                                                \
    backwardKeys<D / 8>(dQkv, dOut, lse, delta, qkv, Shape{tokens, heads, d, scale});             \
  }                                                                                               \
  KERNEL void __launch_bounds__(256, 2) attention_queries_f##D(                                   \
      float* dQkv, const float* dOut, const float* lse, const float* delta, const float* qkv,     \
      int tokens, int heads, int d, float scale) {                                                \
    backwardQueries<D / 8>(dQkv, dOut, lse, delta, qkv, Shape{tokens, heads, d, scale});          \
  }

ATTENTION(32)
ATTENTION(64)
ATTENTION(96)
ATTENTION(128)
