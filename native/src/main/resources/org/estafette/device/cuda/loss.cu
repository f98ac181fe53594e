// Softmax cross-entropy: a block for each row; and the embedding with its gradient.
#include "common.cuh"

// Keeps max and the sum of exp(x - max) of what it has seen.
struct Softmax {
  float max, sum;

  DEVICE void add(float otherMax, float otherSum) {
    float m = fmaxf(max, otherMax);
    if (m == -INFINITY) return;
    sum = sum * expf(max - m) + otherSum * expf(otherMax - m);
    max = m;
  }
};

template <class T>
DEVICE void crossEntropy(
    T* logits, float* losses, const int* targets, int width, int back, float scale, int wide) {
  SHARED float maxima[32];
  SHARED float sums[32];
  T* row = logits + (u64)blockIdx.x * width;
  int target = targets[blockIdx.x];
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, warps = blockDim.x >> 5;
  Softmax s = {-INFINITY, 0};
  int step = wide ? 4 : 1;
  for (int c = threadIdx.x * step; c < width; c += blockDim.x * step) {
    if (wide) {
      Pack<4> p = load<4>(row + c);
      float m = fmaxf(fmaxf(p.v[0], p.v[1]), fmaxf(p.v[2], p.v[3]));
      if (m > s.max) {
        s.sum *= expf(s.max - m);
        s.max = m;
      }
#pragma unroll
      for (int j = 0; j < 4; j++) s.sum += expf(p.v[j] - s.max);
    } else {
      s.add(toFloat(row[c]), 1);
    }
  }
  float right = threadIdx.x == 0 ? toFloat(row[target]) : 0;
  float max = warpMax(s.max);
  float sum = warpSum(s.max == -INFINITY ? 0 : s.sum * expf(s.max - max));
  if (lane == 0) {
    maxima[warp] = max;
    sums[warp] = sum;
  }
  __syncthreads();
  float m = lane < warps ? maxima[lane] : -INFINITY;
  float t = lane < warps ? sums[lane] : 0;
  max = warpMax(m);
  sum = warpSum(m == -INFINITY ? 0 : t * expf(m - max));
  float normalizer = max + logf(sum);
  if (threadIdx.x == 0) losses[blockIdx.x] = normalizer - right;
  if (!back) return;
  for (int c = threadIdx.x * step; c < width; c += blockDim.x * step) {
    if (wide) {
      Pack<4> p = load<4>(row + c);
#pragma unroll
      for (int j = 0; j < 4; j++) {
        p.v[j] = scale * (expf(p.v[j] - normalizer) - (c + j == target ? 1 : 0));
      }
      store<4>(row + c, p);
    } else {
      float p = expf(toFloat(row[c]) - normalizer);
      put(row + c, scale * (p - (c == target ? 1 : 0)));
    }
  }
}

KERNEL void cross_entropy_f(
    float* logits, float* losses, const int* targets, int width, int back, float scale, int wide) {
  crossEntropy(logits, losses, targets, width, back, scale, wide);
}
KERNEL void cross_entropy_b(
    bf16* logits, float* losses, const int* targets, int width, int back, float scale, int wide) {
  crossEntropy(logits, losses, targets, width, back, scale, wide);
}

KERNEL void embedding(
    float* out, const int* tokens, const float* tokenTable, const float* positionTable, u64 n,
    int period, int width, int wide) {
  overRows(n, (u32)width, wide, [&](auto count, u64 i, u32 c) {
    constexpr int N = decltype(count)::n;
    u64 r = i / (u32)width;
    Pack<N> a = load<N>(tokenTable + (u64)tokens[r] * width + c);
    Pack<N> b = load<N>(positionTable + (r % (u32)period) * width + c);
#pragma unroll
    for (int j = 0; j < N; j++) a.v[j] += b.v[j];
    store<N>(out + i, a);
  });
}

// Blocks (row, columns) of 256 threads. The block of a token's first row adds up all its rows, in
// their order; the others have nothing to do.
KERNEL void embedding_tokens(
    float* dTable, const int* tokens, const float* dOut, int rows, int width) {
  SHARED int list[256];
  SHARED int counts[8];
  int first = blockIdx.x, token = tokens[first];
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  for (int from = 0; from < first; from += 256) {
    int r = from + threadIdx.x;
    if (__syncthreads_or(r < first && tokens[r] == token)) return;
  }
  int c = blockIdx.y * 256 + threadIdx.x;
  float sum = c < width ? dTable[(u64)token * width + c] : 0;
  for (int from = first; from < rows; from += 256) {
    int r = from + threadIdx.x;
    bool mine = r < rows && tokens[r] == token;
    u32 ballot = __ballot_sync(ALL_LANES, mine);
    if (lane == 0) counts[warp] = __popc(ballot);
    __syncthreads();
    int before = __popc(ballot & ((1u << lane) - 1)), all = 0;
    for (int w = 0; w < 8; w++) {
      before += w < warp ? counts[w] : 0;
      all += counts[w];
    }
    if (mine) list[before] = r;
    __syncthreads();
    if (c < width) {
#pragma unroll 4
      for (int k = 0; k < all; k++) sum += dOut[(u64)list[k] * width + c];
    }
    __syncthreads();
  }
  if (c < width) dTable[(u64)token * width + c] = sum;
}

// Blocks (position, columns) of 256 threads.
KERNEL void embedding_positions(
    float* dTable, const float* dOut, int rows, int period, int width) {
  int c = blockIdx.y * 256 + threadIdx.x;
  if (c >= width) return;
  u64 at = (u64)blockIdx.x * width + c;
  float sum = dTable[at];
#pragma unroll 4
  for (int r = blockIdx.x; r < rows; r += period) sum += dOut[(u64)r * width + c];
  dTable[at] = sum;
}
