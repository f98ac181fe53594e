// Causal attention in bfloat16 on the tensor cores (mma.sync m16n8k16, sums in float32), without a
// tokens x tokens matrix in memory (Dao, 2023). Head widths 32, 64, 96, 128; 128 threads: each of
// the four warps has 16 rows of a tile of 64.
//
// Fragments of mma m16n8k16 for lane = 4·g + t: of A rows g and g + 8, columns 2t, 2t+1, 2t+8, 2t+9;
// of B (k x n) rows 2t, 2t+1, 2t+8, 2t+9 of column g; of C rows g and g + 8, columns 2t, 2t+1. Two
// neighbouring C tiles are an A fragment of 16 columns as they stand, so probabilities go from one
// product into the next in registers.
//
// Rows in shared memory are padded by 16 bytes: the 32 lanes of a fragment's load then fall into 32
// different banks.
#include "common.cuh"

constexpr int ROWS = 64;
constexpr int STEP = 32;
constexpr float LOG2E = 1.4426950408889634f;

struct Shape {
  int tokens, heads;
  float scale;
};

DEVICE void mma(float* c, const u32* a, u32 b0, u32 b1) {
#ifdef ESTAFETTE_EMULATED
  emulatedMma(c, a, b0, b1);
#else
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#endif
}

// Two 8x8 tiles transposed; lanes 0 … 15 name the rows.
DEVICE void loadTransposed(u32& b0, u32& b1, const bf16* row) {
#ifdef ESTAFETTE_EMULATED
  emulatedLoadTransposed(b0, b1, row);
#else
  u32 address = (u32)__cvta_generic_to_shared(row);
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0,%1}, [%2];"
               : "=r"(b0), "=r"(b1)
               : "r"(address)
               : "memory");
#endif
}

DEVICE float exp2Fast(float x) {
#ifdef ESTAFETTE_EMULATED
  return exp2f(x);
#else
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
#endif
}

DEVICE u32 word(const bf16* p) { return *(const u32*)p; }

// count rows of D elements into shared memory, 16 bytes at a time; zeros behind the end.
template <int D>
DEVICE void fetch(bf16* to, const bf16* from, int ld, int first, int count, int tokens) {
  for (int i = threadIdx.x; i < count * (D / 8); i += 128) {
    int r = i / (D / 8), c = i % (D / 8) * 8;
    uint4 x = make_uint4(0, 0, 0, 0);
    if (first + r < tokens) x = *(const uint4*)(from + (u64)(first + r) * ld + c);
    *(uint4*)(to + r * (D + 8) + c) = x;
  }
}

// A fragment of rows row … row+15, columns k … k+15.
template <int D>
DEVICE void fragmentA(u32* a, const bf16* tile, int row, int k) {
  int g = (threadIdx.x & 31) >> 2, t = threadIdx.x & 3;
  const bf16* p = tile + (row + g) * (D + 8) + k + 2 * t;
  a[0] = word(p);
  a[1] = word(p + 8 * (D + 8));
  a[2] = word(p + 8);
  a[3] = word(p + 8 * (D + 8) + 8);
}

// acc (16 x 8·N) = A rows row … of a · (rows 0 … 8N of b)T, over D.
template <int D, int N>
DEVICE void productT(float (*acc)[4], const bf16* a, int row, const bf16* b) {
  int g = (threadIdx.x & 31) >> 2, t = threadIdx.x & 3;
#pragma unroll
  for (int n = 0; n < N; n++) acc[n][0] = acc[n][1] = acc[n][2] = acc[n][3] = 0;
#pragma unroll
  for (int k = 0; k < D; k += 16) {
    u32 x[4];
    fragmentA<D>(x, a, row, k);
#pragma unroll
    for (int n = 0; n < N; n++) {
      const bf16* p = b + (8 * n + g) * (D + 8) + k + 2 * t;
      mma(acc[n], x, word(p), word(p + 8));
    }
  }
}

// acc (16 x D) += P (16 x 8·N, accumulators of another product) · b (8·N rows of D).
template <int D, int N>
DEVICE void accumulate(float (*acc)[4], float (*p)[4], const bf16* b) {
  int lane = threadIdx.x & 15;
#pragma unroll
  for (int k = 0; k < N; k += 2) {
    u32 x[4] = {
        pack(p[k][0], p[k][1]), pack(p[k][2], p[k][3]), pack(p[k + 1][0], p[k + 1][1]),
        pack(p[k + 1][2], p[k + 1][3])};
#pragma unroll
    for (int n = 0; n < D / 8; n++) {
      u32 b0, b1;
      loadTransposed(b0, b1, b + (8 * k + lane) * (D + 8) + 8 * n);
      mma(acc[n], x, b0, b1);
    }
  }
}

template <int D>
DEVICE void write(bf16* to, float (*acc)[4], int ld, int row, int tokens, float low, float high) {
  int g = (threadIdx.x & 31) >> 2, t = threadIdx.x & 3;
#pragma unroll
  for (int n = 0; n < D / 8; n++) {
    int c = 8 * n + 2 * t;
    if (row + g < tokens) {
      *(u32*)(to + (u64)(row + g) * ld + c) = pack(acc[n][0] * low, acc[n][1] * low);
    }
    if (row + g + 8 < tokens) {
      *(u32*)(to + (u64)(row + g + 8) * ld + c) = pack(acc[n][2] * high, acc[n][3] * high);
    }
  }
}

DEVICE float quadMax(float x) {
  x = fmaxf(x, __shfl_xor_sync(ALL_LANES, x, 1));
  return fmaxf(x, __shfl_xor_sync(ALL_LANES, x, 2));
}

DEVICE float quadSum(float x) {
  x += __shfl_xor_sync(ALL_LANES, x, 1);
  return x + __shfl_xor_sync(ALL_LANES, x, 2);
}

// Blocks (tile of 64 queries, head, sequence); keys come in tiles of 64.
template <int D>
DEVICE void forward(bf16* out, float* lse, const bf16* qkv, Shape s) {
  bf16* q = (bf16*)dynamicShared;
  bf16* k = q + ROWS * (D + 8);
  bf16* v = k + ROWS * (D + 8);
  int first = (gridDim.x - 1 - blockIdx.x) * ROWS, head = blockIdx.y, sequence = blockIdx.z;
  int width = s.heads * D, ld = 3 * width;
  int row = (threadIdx.x >> 5) * 16, g = (threadIdx.x & 31) >> 2, t = threadIdx.x & 3;
  const bf16* base = qkv + (u64)sequence * s.tokens * ld + head * D;
  fetch<D>(q, base, ld, first, ROWS, s.tokens);
  float acc[D / 8][4];
#pragma unroll
  for (int n = 0; n < D / 8; n++) acc[n][0] = acc[n][1] = acc[n][2] = acc[n][3] = 0;
  float max[2] = {-INFINITY, -INFINITY}, sum[2] = {0, 0};
  float factor = s.scale * LOG2E;
  for (int key = 0; key < first + ROWS && key < s.tokens; key += ROWS) {
    __syncthreads();
    fetch<D>(k, base + width, ld, key, ROWS, s.tokens);
    fetch<D>(v, base + 2 * width, ld, key, ROWS, s.tokens);
    __syncthreads();
    float p[8][4];
    productT<D, 8>(p, q, row, k);
    bool edge = key + ROWS > first || key + ROWS > s.tokens;
    float m[2] = {max[0], max[1]};
#pragma unroll
    for (int n = 0; n < 8; n++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        int column = key + 8 * n + 2 * t + (i & 1);
        bool seen = !edge || (column <= first + row + g + 8 * (i >> 1) && column < s.tokens);
        p[n][i] = seen ? p[n][i] * factor : -INFINITY;
        m[i >> 1] = fmaxf(m[i >> 1], p[n][i]);
      }
    }
#pragma unroll
    for (int h = 0; h < 2; h++) {
      m[h] = quadMax(m[h]);
      float keep = exp2Fast(max[h] - m[h]);
      max[h] = m[h];
      float part = 0;
#pragma unroll
      for (int n = 0; n < 8; n++) {
        p[n][2 * h] = exp2Fast(p[n][2 * h] - m[h]);
        p[n][2 * h + 1] = exp2Fast(p[n][2 * h + 1] - m[h]);
        part += p[n][2 * h] + p[n][2 * h + 1];
      }
      sum[h] = sum[h] * keep + part;
#pragma unroll
      for (int n = 0; n < D / 8; n++) {
        acc[n][2 * h] *= keep;
        acc[n][2 * h + 1] *= keep;
      }
    }
    accumulate<D, 8>(acc, p, v);
  }
  sum[0] = quadSum(sum[0]);
  sum[1] = quadSum(sum[1]);
  write<D>(
      out + (u64)sequence * s.tokens * width + head * D, acc, width, first + row, s.tokens,
      1 / sum[0], 1 / sum[1]);
  if (t == 0) {
    float* to = lse + ((u64)sequence * s.heads + head) * s.tokens;
    int at = first + row + g;
    if (at < s.tokens) to[at] = (max[0] + log2f(sum[0])) / LOG2E;
    if (at + 8 < s.tokens) to[at + 8] = (max[1] + log2f(sum[1])) / LOG2E;
  }
}

// Blocks (tile of 64 keys, head, sequence): dK and dV. All products are transposed: rows are keys.
template <int D>
DEVICE void backwardKeys(
    bf16* dQkv, const bf16* dOut, const float* lse, const float* delta, const bf16* qkv, Shape s) {
  bf16* k = (bf16*)dynamicShared;
  bf16* v = k + ROWS * (D + 8);
  bf16* q = v + ROWS * (D + 8);
  bf16* dO = q + STEP * (D + 8);
  float* l = (float*)(dO + STEP * (D + 8));
  float* dot = l + STEP;
  int key = blockIdx.x * ROWS, head = blockIdx.y, sequence = blockIdx.z;
  int width = s.heads * D, ld = 3 * width;
  int row = (threadIdx.x >> 5) * 16, g = (threadIdx.x & 31) >> 2, t = threadIdx.x & 3;
  u64 start = (u64)sequence * s.tokens;
  const bf16* base = qkv + start * ld + head * D;
  const bf16* outBase = dOut + start * width + head * D;
  u64 stats = ((u64)sequence * s.heads + head) * s.tokens;
  fetch<D>(k, base + width, ld, key, ROWS, s.tokens);
  fetch<D>(v, base + 2 * width, ld, key, ROWS, s.tokens);
  float dk[D / 8][4], dv[D / 8][4];
#pragma unroll
  for (int n = 0; n < D / 8; n++) {
#pragma unroll
    for (int i = 0; i < 4; i++) dk[n][i] = dv[n][i] = 0;
  }
  for (int query = key; query < s.tokens; query += STEP) {
    __syncthreads();
    fetch<D>(q, base, ld, query, STEP, s.tokens);
    fetch<D>(dO, outBase, width, query, STEP, s.tokens);
    if (threadIdx.x < STEP) {
      bool there = query + threadIdx.x < s.tokens;
      l[threadIdx.x] = there ? lse[stats + query + threadIdx.x] * LOG2E : 0;
      dot[threadIdx.x] = there ? delta[stats + query + threadIdx.x] : 0;
    }
    __syncthreads();
    float p[STEP / 8][4], ds[STEP / 8][4];
    productT<D, STEP / 8>(p, k, row, q);
    productT<D, STEP / 8>(ds, v, row, dO);
#pragma unroll
    for (int n = 0; n < STEP / 8; n++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        int column = 8 * n + 2 * t + (i & 1), at = query + column;
        bool seen = key + row + g + 8 * (i >> 1) <= at && at < s.tokens;
        p[n][i] = seen ? exp2Fast(p[n][i] * (s.scale * LOG2E) - l[column]) : 0;
        ds[n][i] = p[n][i] * (ds[n][i] - dot[column]) * s.scale;
      }
    }
    accumulate<D, STEP / 8>(dv, p, dO);
    accumulate<D, STEP / 8>(dk, ds, q);
  }
  bf16* to = dQkv + start * ld + head * D;
  write<D>(to + width, dk, ld, key + row, s.tokens, 1, 1);
  write<D>(to + 2 * width, dv, ld, key + row, s.tokens, 1, 1);
}

// Blocks (tile of 64 queries, head, sequence): dQ.
template <int D>
DEVICE void backwardQueries(
    bf16* dQkv, const bf16* dOut, const float* lse, const float* delta, const bf16* qkv, Shape s) {
  bf16* q = (bf16*)dynamicShared;
  bf16* dO = q + ROWS * (D + 8);
  bf16* k = dO + ROWS * (D + 8);
  bf16* v = k + STEP * (D + 8);
  int query = (gridDim.x - 1 - blockIdx.x) * ROWS, head = blockIdx.y, sequence = blockIdx.z;
  int width = s.heads * D, ld = 3 * width;
  int row = (threadIdx.x >> 5) * 16, g = (threadIdx.x & 31) >> 2, t = threadIdx.x & 3;
  u64 start = (u64)sequence * s.tokens;
  const bf16* base = qkv + start * ld + head * D;
  u64 stats = ((u64)sequence * s.heads + head) * s.tokens;
  fetch<D>(q, base, ld, query, ROWS, s.tokens);
  fetch<D>(dO, dOut + start * width + head * D, width, query, ROWS, s.tokens);
  float l[2], dot[2];
#pragma unroll
  for (int h = 0; h < 2; h++) {
    int at = query + row + g + 8 * h;
    l[h] = at < s.tokens ? lse[stats + at] * LOG2E : 0;
    dot[h] = at < s.tokens ? delta[stats + at] : 0;
  }
  float dq[D / 8][4];
#pragma unroll
  for (int n = 0; n < D / 8; n++) dq[n][0] = dq[n][1] = dq[n][2] = dq[n][3] = 0;
  for (int key = 0; key < query + ROWS && key < s.tokens; key += STEP) {
    __syncthreads();
    fetch<D>(k, base + width, ld, key, STEP, s.tokens);
    fetch<D>(v, base + 2 * width, ld, key, STEP, s.tokens);
    __syncthreads();
    float p[STEP / 8][4], ds[STEP / 8][4];
    productT<D, STEP / 8>(p, q, row, k);
    productT<D, STEP / 8>(ds, dO, row, v);
#pragma unroll
    for (int n = 0; n < STEP / 8; n++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        int column = key + 8 * n + 2 * t + (i & 1), at = query + row + g + 8 * (i >> 1);
        bool seen = column <= at && at < s.tokens;
        float e = seen ? exp2Fast(p[n][i] * (s.scale * LOG2E) - l[i >> 1]) : 0;
        ds[n][i] = e * (ds[n][i] - dot[i >> 1]) * s.scale;
      }
    }
    accumulate<D, STEP / 8>(dq, ds, k);
  }
  write<D>(dQkv + start * ld + head * D, dq, ld, query + row, s.tokens, 1, 1);
}

#define ATTENTION(D)                                                                              \
  KERNEL void __launch_bounds__(128) attention_b##D(                                              \
      bf16* out, float* lse, const bf16* qkv, int tokens, int heads, float scale) {               \
    forward<D>(out, lse, qkv, Shape{tokens, heads, scale});                                       \
  }                                                                                               \
  KERNEL void __launch_bounds__(128) attention_keys_b##D(                                         \
      bf16* dQkv, const bf16* dOut, const float* lse, const float* delta, const bf16* qkv,        \
      int tokens, int heads, float scale) {                                                       \
    backwardKeys<D>(dQkv, dOut, lse, delta, qkv, Shape{tokens, heads, scale});                    \
  }                                                                                               \
  KERNEL void __launch_bounds__(128) attention_queries_b##D(                                      \
      bf16* dQkv, const bf16* dOut, const float* lse, const float* delta, const bf16* qkv,        \
      int tokens, int heads, float scale) {                                                       \
    backwardQueries<D>(dQkv, dOut, lse, delta, qkv, Shape{tokens, heads, scale});                 \
  }

ATTENTION(32)
ATTENTION(64)
ATTENTION(96)
ATTENTION(128)
