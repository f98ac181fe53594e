// Biases, activations and column sums of matrices.
#include "common.cuh"

DEVICE float tanhFast(float x) {
  // 1 - 2/(e^2x + 1): exact to float rounding for all that is not tiny, and then exact enough.
  float e = expf(2 * x);
  return 1 - 2 / (e + 1);
}

DEVICE void gelu(float v, float& out, float& slope) {
  const float root = 0.7978845608028654f, cube = 0.044715f;
  float t = tanhFast(root * (v + cube * v * v * v));
  out = 0.5f * v * (1 + t);
  slope = 0.5f * (1 + t) + 0.5f * v * (1 - t * t) * (root * (1 + 3 * cube * v * v));
}

template <class T, class F>
DEVICE void biased(T* x, const float* bias, u64 n, int width, int wide, F f) {
  overRows(n, (u32)width, wide, [&](auto count, u64 i, u32 c) {
    constexpr int N = decltype(count)::n;
    Pack<N> p = load<N>(x + i), b = load<N>(bias + c);
#pragma unroll
    for (int j = 0; j < N; j++) p.v[j] = f(p.v[j] + b.v[j]);
    store<N>(x + i, p);
  });
}

struct Same {
  DEVICE float operator()(float x) const { return x; }
};
struct Relu {
  DEVICE float operator()(float x) const { return x > 0 || x != x ? x : 0; }
};
struct Tanh {
  DEVICE float operator()(float x) const { return tanhf(x); }
};

KERNEL void add_bias_f(float* x, const float* bias, u64 n, int width, int wide) {
  biased(x, bias, n, width, wide, Same());
}
KERNEL void add_bias_b(bf16* x, const float* bias, u64 n, int width, int wide) {
  biased(x, bias, n, width, wide, Same());
}
KERNEL void bias_relu_f(float* x, const float* bias, u64 n, int width, int wide) {
  biased(x, bias, n, width, wide, Relu());
}
KERNEL void bias_relu_b(bf16* x, const float* bias, u64 n, int width, int wide) {
  biased(x, bias, n, width, wide, Relu());
}
KERNEL void bias_tanh_f(float* x, const float* bias, u64 n, int width, int wide) {
  biased(x, bias, n, width, wide, Tanh());
}
KERNEL void bias_tanh_b(bf16* x, const float* bias, u64 n, int width, int wide) {
  biased(x, bias, n, width, wide, Tanh());
}

KERNEL void relu_f(float* x, u64 n, int wide) {
  over(n, wide, [&](auto count, u64 i) {
    constexpr int N = decltype(count)::n;
    Pack<N> p = load<N>(x + i);
#pragma unroll
    for (int j = 0; j < N; j++) p.v[j] = Relu()(p.v[j]);
    store<N>(x + i, p);
  });
}

template <class T, class F>
DEVICE void backward(T* d, const T* out, u64 n, int wide, F f) {
  over(n, wide, [&](auto count, u64 i) {
    constexpr int N = decltype(count)::n;
    Pack<N> p = load<N>(d + i), y = load<N>(out + i);
#pragma unroll
    for (int j = 0; j < N; j++) p.v[j] = f(p.v[j], y.v[j]);
    store<N>(d + i, p);
  });
}

struct ReluBack {
  DEVICE float operator()(float d, float y) const { return y > 0 ? d : 0; }
};
struct TanhBack {
  DEVICE float operator()(float d, float y) const { return d * (1 - y * y); }
};

KERNEL void relu_backward_f(float* d, const float* out, u64 n, int wide) {
  backward(d, out, n, wide, ReluBack());
}
KERNEL void relu_backward_b(bf16* d, const bf16* out, u64 n, int wide) {
  backward(d, out, n, wide, ReluBack());
}
KERNEL void tanh_backward_f(float* d, const float* out, u64 n, int wide) {
  backward(d, out, n, wide, TanhBack());
}
KERNEL void tanh_backward_b(bf16* d, const bf16* out, u64 n, int wide) {
  backward(d, out, n, wide, TanhBack());
}

template <class T>
DEVICE void biasGelu(T* out, T* x, const float* bias, u64 n, int width, int wide) {
  overRows(n, (u32)width, wide, [&](auto count, u64 i, u32 c) {
    constexpr int N = decltype(count)::n;
    Pack<N> p = load<N>(x + i), b = load<N>(bias + c), y;
#pragma unroll
    for (int j = 0; j < N; j++) gelu(p.v[j] + b.v[j], y.v[j], p.v[j]);
    store<N>(out + i, y);
    store<N>(x + i, p);
  });
}

KERNEL void bias_gelu_f(float* out, float* x, const float* bias, u64 n, int width, int wide) {
  biasGelu(out, x, bias, n, width, wide);
}
KERNEL void bias_gelu_b(bf16* out, bf16* x, const float* bias, u64 n, int width, int wide) {
  biasGelu(out, x, bias, n, width, wide);
}

// Column sums of a chunk of rows: blocks (columns, chunk) of 8 warps, each warp every 8th row.
// Where slope is given, d is multiplied with it first, in place.
template <class T, int N>
DEVICE void columnSums(
    float* partial, T* d, const T* slope, int rows, int width, int chunk, float* tile) {
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  int c = (blockIdx.x * 32 + lane) * N;
  int from = blockIdx.y * chunk;
  int to = from + chunk < rows ? from + chunk : rows;
  Pack<N> sum;
#pragma unroll
  for (int j = 0; j < N; j++) sum.v[j] = 0;
  if (c < width) {
#pragma unroll 4
    for (int r = from + warp; r < to; r += 8) {
      u64 at = (u64)r * width + c;
      Pack<N> p = load<N>(d + at);
      if (slope) {
        Pack<N> s = load<N>(slope + at);
#pragma unroll
        for (int j = 0; j < N; j++) p.v[j] *= s.v[j];
        store<N>(d + at, p);
      }
#pragma unroll
      for (int j = 0; j < N; j++) sum.v[j] += p.v[j];
    }
  }
#pragma unroll
  for (int j = 0; j < N; j++) tile[(warp * N + j) * 32 + lane] = sum.v[j];
  __syncthreads();
  if (warp == 0 && c < width) {
#pragma unroll
    for (int j = 0; j < N; j++) {
      float s = 0;
#pragma unroll
      for (int w = 0; w < 8; w++) s += tile[(w * N + j) * 32 + lane];
      partial[(u64)blockIdx.y * width + c + j] = s;
    }
  }
}

KERNEL void column_sums_f(
    float* partial, float* d, const float* slope, int rows, int width, int chunk, int wide) {
  SHARED float tile[8 * 4 * 32];
  if (wide) columnSums<float, 4>(partial, d, slope, rows, width, chunk, tile);
  else columnSums<float, 1>(partial, d, slope, rows, width, chunk, tile);
}
KERNEL void column_sums_b(
    float* partial, bf16* d, const bf16* slope, int rows, int width, int chunk, int wide) {
  SHARED float tile[8 * 4 * 32];
  if (wide) columnSums<bf16, 4>(partial, d, slope, rows, width, chunk, tile);
  else columnSums<bf16, 1>(partial, d, slope, rows, width, chunk, tile);
}

// out[c] += sum of partial[0 … chunks-1][c]: blocks of 16 warps for 32 columns. Where the grid is two
// high, second[c] takes the sums of the chunks behind them.
KERNEL void column_finish(
    float* out, float* second, const float* partial, int chunks, int width) {
  SHARED float tile[16 * 32];
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  int c = blockIdx.x * 32 + lane;
  if (blockIdx.y == 1) {
    out = second;
    partial += (u64)chunks * width;
  }
  float sum = 0;
  if (c < width) {
#pragma unroll 4
    for (int k = warp; k < chunks; k += 16) sum += partial[(u64)k * width + c];
  }
  tile[warp * 32 + lane] = sum;
  __syncthreads();
  if (warp == 0 && c < width) {
    float s = 0;
#pragma unroll
    for (int w = 0; w < 16; w++) s += tile[w * 32 + lane];
    out[c] += s;
  }
}
