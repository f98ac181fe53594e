// Operations on flat vectors, sums, conversions, and the inner optimizers' steps.
#include "common.cuh"

KERNEL void scale_f(float* x, float factor, u64 n, int wide) {
  over(n, wide, [&](auto count, u64 i) {
    constexpr int N = decltype(count)::n;
    Pack<N> a = load<N>(x + i);
#pragma unroll
    for (int j = 0; j < N; j++) a.v[j] *= factor;
    store<N>(x + i, a);
  });
}

KERNEL void add_f(float* out, const float* a, const float* b, u64 n, int wide) {
  over(n, wide, [&](auto count, u64 i) {
    constexpr int N = decltype(count)::n;
    Pack<N> p = load<N>(a + i), q = load<N>(b + i);
#pragma unroll
    for (int j = 0; j < N; j++) p.v[j] += q.v[j];
    store<N>(out + i, p);
  });
}

KERNEL void subtract_f(float* out, const float* a, const float* b, u64 n, int wide) {
  over(n, wide, [&](auto count, u64 i) {
    constexpr int N = decltype(count)::n;
    Pack<N> p = load<N>(a + i), q = load<N>(b + i);
#pragma unroll
    for (int j = 0; j < N; j++) p.v[j] -= q.v[j];
    store<N>(out + i, p);
  });
}

KERNEL void axpy_f(float* y, const float* x, float factor, u64 n, int wide) {
  over(n, wide, [&](auto count, u64 i) {
    constexpr int N = decltype(count)::n;
    Pack<N> p = load<N>(y + i), q = load<N>(x + i);
#pragma unroll
    for (int j = 0; j < N; j++) p.v[j] = fmaf(factor, q.v[j], p.v[j]);
    store<N>(y + i, p);
  });
}

KERNEL void narrow(bf16* to, const float* from, u64 n, int wide) {
  over(n, wide, [&](auto count, u64 i) {
    constexpr int N = decltype(count)::n;
    store<N>(to + i, load<N>(from + i));
  });
}

KERNEL void widen(float* to, const bf16* from, u64 n, int wide) {
  over(n, wide, [&](auto count, u64 i) {
    constexpr int N = decltype(count)::n;
    store<N>(to + i, load<N>(from + i));
  });
}

// One partial sum for each block; the grid's size, and with it the result, is the caller's choice.
KERNEL void dot_partial(double* partial, const float* a, const float* b, u64 n, int wide) {
  SHARED double slots[32];
  double sum = 0;
  over(n, wide, [&](auto count, u64 i) {
    constexpr int N = decltype(count)::n;
    Pack<N> p = load<N>(a + i), q = load<N>(b + i);
#pragma unroll
    for (int j = 0; j < N; j++) sum += (double)p.v[j] * q.v[j];
  });
  sum = blockSum(sum, slots);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

// One block.
KERNEL void sum_doubles(double* out, const double* x, int n) {
  SHARED double slots[32];
  double sum = 0;
  for (int i = threadIdx.x; i < n; i += blockDim.x) sum += x[i];
  sum = blockSum(sum, slots);
  if (threadIdx.x == 0) out[0] = sum;
}

// One block.
KERNEL void sum_floats(double* out, const float* x, int n) {
  SHARED double slots[32];
  double sum = 0;
  for (int i = threadIdx.x; i < n; i += blockDim.x) sum += x[i];
  sum = blockSum(sum, slots);
  if (threadIdx.x == 0) out[0] = sum;
}

// In the steps, copy (may be null) takes the new parameters as bfloat16, for the next products.

KERNEL void sgd_step(
    float* x, bf16* copy, const float* g, float rate, float decay, float scale, u64 n, int wide) {
  over(n, wide, [&](auto count, u64 i) {
    constexpr int N = decltype(count)::n;
    Pack<N> p = load<N>(x + i), d = load<N>(g + i);
#pragma unroll
    for (int j = 0; j < N; j++) {
      float by = fmaf(decay, p.v[j], scale * d.v[j]);
      p.v[j] = fmaf(-rate, by, p.v[j]);
    }
    store<N>(x + i, p);
    if (copy) store<N>(copy + i, p);
  });
}

KERNEL void momentum_step(
    float* x, bf16* copy, float* m, const float* g, float rate, float momentum, int nesterov,
    float decay, float scale, u64 n, int wide) {
  over(n, wide, [&](auto count, u64 i) {
    constexpr int N = decltype(count)::n;
    Pack<N> p = load<N>(x + i), d = load<N>(g + i), k = load<N>(m + i);
#pragma unroll
    for (int j = 0; j < N; j++) {
      float by = fmaf(decay, p.v[j], scale * d.v[j]);
      k.v[j] = fmaf(momentum, k.v[j], by);
      p.v[j] = fmaf(-rate, nesterov ? fmaf(momentum, k.v[j], by) : k.v[j], p.v[j]);
    }
    store<N>(m + i, k);
    store<N>(x + i, p);
    if (copy) store<N>(copy + i, p);
  });
}

KERNEL void adamw_step(
    float* x, bf16* copy, float* m, float* v, const float* g, float beta1, float beta2,
    float epsilon, float keep, float stepSize, float rootScale, float scale, u64 n, int wide) {
  over(n, wide, [&](auto count, u64 i) {
    constexpr int N = decltype(count)::n;
    Pack<N> p = load<N>(x + i), d = load<N>(g + i), a = load<N>(m + i), b = load<N>(v + i);
#pragma unroll
    for (int j = 0; j < N; j++) {
      float by = scale * d.v[j];
      a.v[j] = fmaf(beta1, a.v[j], (1 - beta1) * by);
      b.v[j] = fmaf(beta2, b.v[j], (1 - beta2) * by * by);
      float below = fmaf(sqrtf(b.v[j]), rootScale, epsilon);
      p.v[j] = fmaf(keep, p.v[j], -(stepSize * a.v[j] / below));
    }
    store<N>(m + i, a);
    store<N>(v + i, b);
    store<N>(x + i, p);
    if (copy) store<N>(copy + i, p);
  });
}
