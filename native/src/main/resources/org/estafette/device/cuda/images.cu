// Images, channels innermost: windows as rows of a matrix, pooling, group norm.
#include "common.cuh"

struct Windows {
  int height, width, channels, windowHeight, windowWidth, stride, padding, outHeight, outWidth;
};

#define WINDOWS                                                                                 \
  int height, int width, int channels, int windowHeight, int windowWidth, int stride, int padding, \
      int outHeight, int outWidth
#define GIVEN                                                                                   \
  Windows{height,  width,   channels,  windowHeight, windowWidth,                               \
          stride, padding, outHeight, outWidth}

// patches row i = window from + i.
template <class T>
DEVICE void unfold(T* patches, const float* in, u64 from, u64 count, Windows w) {
  u64 size = (u64)w.windowHeight * w.windowWidth * w.channels;
  u64 stride = (u64)gridDim.x * blockDim.x;
  for (u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x; i < count * size; i += stride) {
    u64 which = from + i / size;
    u32 e = (u32)(i % size);
    int c = e % w.channels, x = e / w.channels % w.windowWidth;
    int y = e / w.channels / w.windowWidth;
    u32 place = (u32)(which % ((u64)w.outHeight * w.outWidth));
    u64 image = which / ((u64)w.outHeight * w.outWidth);
    int row = (int)(place / w.outWidth) * w.stride - w.padding + y;
    int column = (int)(place % w.outWidth) * w.stride - w.padding + x;
    bool inside = row >= 0 && row < w.height && column >= 0 && column < w.width;
    put(patches + i,
        inside ? in[((image * w.height + row) * w.width + column) * w.channels + c] : 0);
  }
}

KERNEL void unfold_f(float* patches, const float* in, u64 from, u64 count, WINDOWS) {
  unfold(patches, in, from, count, GIVEN);
}
KERNEL void unfold_b(bf16* patches, const float* in, u64 from, u64 count, WINDOWS) {
  unfold(patches, in, from, count, GIVEN);
}

// f(window of the image, place in the window) for the windows that pixel (y, x) is in, in order.
template <class F>
DEVICE void windowsOf(int y, int x, Windows w, F f) {
  int first = y + w.padding - w.windowHeight + 1, left = x + w.padding - w.windowWidth + 1;
  int oy = first <= 0 ? 0 : (first + w.stride - 1) / w.stride;
  int ox = left <= 0 ? 0 : (left + w.stride - 1) / w.stride;
  for (int b = oy; b < w.outHeight && b * w.stride - w.padding <= y; b++) {
    for (int a = ox; a < w.outWidth && a * w.stride - w.padding <= x; a++) {
      int wy = y - (b * w.stride - w.padding), wx = x - (a * w.stride - w.padding);
      f((u64)b * w.outWidth + a, wy * w.windowWidth + wx);
    }
  }
}

// f(image, y, x, channel, element) for every element of the images.
template <class F>
DEVICE void pixels(u64 n, Windows w, F f) {
  u64 stride = (u64)gridDim.x * blockDim.x;
  for (u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    int c = (int)(i % w.channels);
    u64 p = i / w.channels;
    int x = (int)(p % w.width);
    p /= w.width;
    f(p / w.height, (int)(p % w.height), x, c, i);
  }
}

// in += the patches of windows from … from + count - 1, each where it came from.
template <class T>
DEVICE void fold(float* in, const T* patches, u64 from, u64 count, u64 n, Windows w) {
  u64 windows = (u64)w.outHeight * w.outWidth, size = (u64)w.windowHeight * w.windowWidth;
  pixels(n, w, [&](u64 image, int y, int x, int c, u64 at) {
    float sum = in[at];
    windowsOf(y, x, w, [&](u64 window, int place) {
      u64 which = image * windows + window;
      if (which >= from && which < from + count) {
        sum += toFloat(patches[((which - from) * size + place) * w.channels + c]);
      }
    });
    in[at] = sum;
  });
}

KERNEL void fold_f(float* in, const float* patches, u64 from, u64 count, u64 n, WINDOWS) {
  fold(in, patches, from, count, n, GIVEN);
}
KERNEL void fold_b(float* in, const bf16* patches, u64 from, u64 count, u64 n, WINDOWS) {
  fold(in, patches, from, count, n, GIVEN);
}

// A thread for each element of the output.
template <class F>
DEVICE void outputs(float* out, u64 n, Windows w, F f) {
  u64 stride = (u64)gridDim.x * blockDim.x;
  for (u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    int c = (int)(i % w.channels);
    u64 p = i / w.channels;
    int x = (int)(p % w.outWidth);
    p /= w.outWidth;
    int y = (int)(p % w.outHeight);
    u64 first = (((p / w.outHeight) * w.height + y * w.stride) * w.width + x * w.stride);
    out[i] = f(first * w.channels + c);
  }
}

KERNEL void max_pool(float* out, const float* in, u64 n, WINDOWS) {
  Windows w = GIVEN;
  outputs(out, n, w, [&](u64 first) {
    float max = in[first];
    for (int y = 0; y < w.windowHeight; y++) {
      for (int x = 0; x < w.windowWidth; x++) {
        float v = in[first + ((u64)y * w.width + x) * w.channels];
        max = v > max || v != v ? v : max;
      }
    }
    return max;
  });
}

KERNEL void average_pool(float* out, const float* in, u64 n, WINDOWS) {
  Windows w = GIVEN;
  outputs(out, n, w, [&](u64 first) {
    float sum = 0;
    for (int y = 0; y < w.windowHeight; y++) {
      for (int x = 0; x < w.windowWidth; x++) {
        sum += in[first + ((u64)y * w.width + x) * w.channels];
      }
    }
    return sum / (w.windowHeight * w.windowWidth);
  });
}

// dOut goes to the first of a window's largest numbers: to this pixel, where none before it in the
// window is as large.
KERNEL void max_pool_backward(
    float* dIn, const float* dOut, const float* out, const float* in, u64 n, WINDOWS) {
  Windows w = GIVEN;
  u64 windows = (u64)w.outHeight * w.outWidth;
  pixels(n, w, [&](u64 image, int y, int x, int c, u64 at) {
    float sum = 0;
    windowsOf(y, x, w, [&](u64 window, int place) {
      u64 o = (image * windows + window) * w.channels + c;
      float max = out[o];
      if (in[at] != max) return;
      int wy = place / w.windowWidth, wx = place % w.windowWidth;
      for (int k = 0; k < place; k++) {
        int dy = k / w.windowWidth - wy, dx = k % w.windowWidth - wx;
        u64 other = ((image * w.height + y + dy) * w.width + x + dx) * w.channels + c;
        if (in[other] == max) return;
      }
      sum += dOut[o];
    });
    dIn[at] = sum;
  });
}

KERNEL void average_pool_backward(float* dIn, const float* dOut, u64 n, WINDOWS) {
  Windows w = GIVEN;
  u64 windows = (u64)w.outHeight * w.outWidth;
  float share = 1.0f / (w.windowHeight * w.windowWidth);
  pixels(n, w, [&](u64 image, int y, int x, int c, u64 at) {
    float sum = 0;
    windowsOf(y, x, w, [&](u64 window, int place) {
      sum += share * dOut[(image * windows + window) * w.channels + c];
    });
    dIn[at] = sum;
  });
}

// Blocks (group, image) of 256 threads.
KERNEL void group_norm(
    float* out, float* mean, float* rstd, const float* in, const float* gamma, const float* beta,
    int pixels, int channels, int groups) {
  SHARED float slots[32];
  int size = channels / groups, n = pixels * size;
  u64 first = (u64)blockIdx.y * pixels * channels + blockIdx.x * size;
  float sum = 0;
  for (int e = threadIdx.x; e < n; e += blockDim.x) {
    sum += in[first + (u64)(e / size) * channels + e % size];
  }
  float mu = blockSum(sum, slots) / n;
  float squares = 0;
  for (int e = threadIdx.x; e < n; e += blockDim.x) {
    float d = in[first + (u64)(e / size) * channels + e % size] - mu;
    squares += d * d;
  }
  float scale = 1 / sqrtf(blockSum(squares, slots) / n + 1e-5f);
  for (int e = threadIdx.x; e < n; e += blockDim.x) {
    u64 at = first + (u64)(e / size) * channels + e % size;
    int c = blockIdx.x * size + e % size;
    out[at] = fmaf((in[at] - mu) * scale, gamma[c], beta[c]);
  }
  for (int c = threadIdx.x; c < size; c += blockDim.x) {
    u64 at = (u64)blockIdx.y * channels + blockIdx.x * size + c;
    mean[at] = mu;
    rstd[at] = scale;
  }
}

// Blocks (channel, image) of 256 threads: sums of dOut and of dOut·normed over the pixels.
KERNEL void group_norm_sums(
    float* dBeta, float* dGamma, const float* dOut, const float* in, const float* mean,
    const float* rstd, int pixels, int channels) {
  SHARED float slots[32];
  u64 at = (u64)blockIdx.y * channels + blockIdx.x;
  const float* d = dOut + (u64)blockIdx.y * pixels * channels + blockIdx.x;
  const float* x = in + (u64)blockIdx.y * pixels * channels + blockIdx.x;
  float mu = mean[at], scale = rstd[at], sum = 0, product = 0;
  for (int p = threadIdx.x; p < pixels; p += blockDim.x) {
    float v = d[(u64)p * channels];
    sum += v;
    product += v * ((x[(u64)p * channels] - mu) * scale);
  }
  sum = blockSum(sum, slots);
  product = blockSum(product, slots);
  if (threadIdx.x == 0) {
    dBeta[at] = sum;
    dGamma[at] = product;
  }
}

// Blocks (group, image) of 256 threads. sums and products: those of every channel and image. dIn
// may be dOut.
KERNEL void group_norm_backward(
    float* dIn, const float* dOut, const float* in, const float* mean, const float* rstd,
    const float* gamma, const float* sums, const float* products, int pixels, int channels,
    int groups) {
  SHARED float slots[32];
  int size = channels / groups, n = pixels * size;
  u64 row = (u64)blockIdx.y * channels + blockIdx.x * size;
  float sum = 0, product = 0;
  for (int c = threadIdx.x; c < size; c += blockDim.x) {
    float g = gamma[blockIdx.x * size + c];
    sum += g * sums[row + c];
    product += g * products[row + c];
  }
  sum = blockSum(sum, slots) / n;
  product = blockSum(product, slots) / n;
  float mu = mean[row], scale = rstd[row];
  u64 first = (u64)blockIdx.y * pixels * channels + blockIdx.x * size;
  for (int e = threadIdx.x; e < n; e += blockDim.x) {
    u64 at = first + (u64)(e / size) * channels + e % size;
    float normed = (in[at] - mu) * scale;
    dIn[at] = scale * (dOut[at] * gamma[blockIdx.x * size + e % size] - sum - normed * product);
  }
}
