// Layer norm: a warp for each row.
#include "common.cuh"

// cache: one row for each warp. With branch, sum = in + branch + bias is stored and normalised.
template <class T>
DEVICE void layerNorm(
    T* out, float* sum, float* mean, float* rstd, const float* in, const T* branch,
    const float* bias, const float* gamma, const float* beta, int rows, int width, int wide) {
  int warps = blockDim.x >> 5, warp = threadIdx.x >> 5;
  float* row = (float*)dynamicShared + (u64)warp * ((width + 3) / 4 * 4);
  for (int r = blockIdx.x * warps + warp; r < rows; r += gridDim.x * warps) {
    u64 at = (u64)r * width;
    float total = 0;
    overRow(width, wide, [&](auto count, int c) {
      constexpr int N = decltype(count)::n;
      Pack<N> p = load<N>(in + at + c);
      if (branch) {
        Pack<N> q = load<N>(branch + at + c), b = load<N>(bias + c);
#pragma unroll
        for (int j = 0; j < N; j++) p.v[j] = p.v[j] + q.v[j] + b.v[j];
        store<N>(sum + at + c, p);
      }
      store<N>(row + c, p);
#pragma unroll
      for (int j = 0; j < N; j++) total += p.v[j];
    });
    float mu = warpSum(total) / width;
    float squares = 0;
    overRow(width, wide, [&](auto count, int c) {
      constexpr int N = decltype(count)::n;
      Pack<N> p = load<N>(row + c);
#pragma unroll
      for (int j = 0; j < N; j++) squares += (p.v[j] - mu) * (p.v[j] - mu);
    });
    float scale = 1 / sqrtf(warpSum(squares) / width + 1e-5f);
    overRow(width, wide, [&](auto count, int c) {
      constexpr int N = decltype(count)::n;
      Pack<N> p = load<N>(row + c), g = load<N>(gamma + c), b = load<N>(beta + c);
#pragma unroll
      for (int j = 0; j < N; j++) p.v[j] = fmaf((p.v[j] - mu) * scale, g.v[j], b.v[j]);
      store<N>(out + at + c, p);
    });
    if ((threadIdx.x & 31) == 0) {
      mean[r] = mu;
      rstd[r] = scale;
    }
  }
}

KERNEL void layer_norm_f(
    float* out, float* sum, float* mean, float* rstd, const float* in, const float* branch,
    const float* bias, const float* gamma, const float* beta, int rows, int width, int wide) {
  layerNorm(out, sum, mean, rstd, in, branch, bias, gamma, beta, rows, width, wide);
}
KERNEL void layer_norm_b(
    bf16* out, float* sum, float* mean, float* rstd, const float* in, const bf16* branch,
    const float* bias, const float* gamma, const float* beta, int rows, int width, int wide) {
  layerNorm(out, sum, mean, rstd, in, branch, bias, gamma, beta, rows, width, wide);
}

// Shared memory: for each warp its sums for dGamma and dBeta. partial[0][block][c] and
// partial[1][block][c] take the block's. copy (may be null) takes dIn as bfloat16.
template <class T>
DEVICE void layerNormBackward(
    float* dIn, bf16* copy, float* partial, const T* dOut, const float* in, const float* mean,
    const float* rstd, const float* gamma, int rows, int width, int accumulate, int wide) {
  int warps = blockDim.x >> 5, warp = threadIdx.x >> 5;
  int padded = (width + 3) / 4 * 4;
  float* sums = (float*)dynamicShared;
  float* dGamma = sums + (u64)warp * 2 * padded;
  float* dBeta = dGamma + padded;
  for (int c = threadIdx.x; c < warps * 2 * padded; c += blockDim.x) sums[c] = 0;
  __syncthreads();
  for (int r = blockIdx.x * warps + warp; r < rows; r += gridDim.x * warps) {
    u64 at = (u64)r * width;
    float mu = mean[r], scale = rstd[r];
    float sum = 0, product = 0;
    overRow(width, wide, [&](auto count, int c) {
      constexpr int N = decltype(count)::n;
      Pack<N> x = load<N>(in + at + c), d = load<N>(dOut + at + c), g = load<N>(gamma + c);
#pragma unroll
      for (int j = 0; j < N; j++) {
        sum += d.v[j] * g.v[j];
        product += d.v[j] * g.v[j] * ((x.v[j] - mu) * scale);
      }
    });
    sum = warpSum(sum) / width;
    product = warpSum(product) / width;
    overRow(width, wide, [&](auto count, int c) {
      constexpr int N = decltype(count)::n;
      Pack<N> x = load<N>(in + at + c), d = load<N>(dOut + at + c), g = load<N>(gamma + c);
      Pack<N> a = load<N>(dGamma + c), b = load<N>(dBeta + c), y;
      if (accumulate) y = load<N>(dIn + at + c);
#pragma unroll
      for (int j = 0; j < N; j++) {
        float normed = (x.v[j] - mu) * scale;
        a.v[j] += d.v[j] * normed;
        b.v[j] += d.v[j];
        float dx = scale * (d.v[j] * g.v[j] - sum - normed * product);
        y.v[j] = accumulate ? y.v[j] + dx : dx;
      }
      store<N>(dGamma + c, a);
      store<N>(dBeta + c, b);
      store<N>(dIn + at + c, y);
      if (copy) store<N>(copy + at + c, y);
    });
  }
  __syncthreads();
  for (int c = threadIdx.x; c < width; c += blockDim.x) {
    float a = 0, b = 0;
    for (int w = 0; w < warps; w++) {
      a += sums[(u64)w * 2 * padded + c];
      b += sums[(u64)w * 2 * padded + padded + c];
    }
    partial[(u64)blockIdx.x * width + c] = a;
    partial[((u64)gridDim.x + blockIdx.x) * width + c] = b;
  }
}

KERNEL void layer_norm_backward_f(
    float* dIn, bf16* copy, float* partial, const float* dOut, const float* in, const float* mean,
    const float* rstd, const float* gamma, int rows, int width, int accumulate, int wide) {
  layerNormBackward(
      dIn, copy, partial, dOut, in, mean, rstd, gamma, rows, width, accumulate, wide);
}
KERNEL void layer_norm_backward_b(
    float* dIn, bf16* copy, float* partial, const bf16* dOut, const float* in, const float* mean,
    const float* rstd, const float* gamma, int rows, int width, int accumulate, int wide) {
  layerNormBackward(
      dIn, copy, partial, dOut, in, mean, rstd, gamma, rows, width, accumulate, wide);
}
