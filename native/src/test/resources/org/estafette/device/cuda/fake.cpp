// Libraries with the names and signatures of CUDA's, over the CPU: what calls them with arguments in
// another order or of another size is found out. Where cuda.h is at hand, it checks the signatures.
#if __has_include("/usr/local/cuda/include/cuda.h")
#include "/usr/local/cuda/include/cuda.h"
#elif __has_include("/usr/local/cuda-13.0/include/cuda.h")
#include "/usr/local/cuda-13.0/include/cuda.h"
#else
#include <cstddef>
typedef int CUresult, CUdevice, CUdevice_attribute, CUfunction_attribute;
typedef struct CUctx_st* CUcontext;
typedef struct CUmod_st* CUmodule;
typedef struct CUfunc_st* CUfunction;
typedef struct CUstream_st* CUstream;
typedef struct CUevent_st* CUevent;
typedef unsigned long long CUdeviceptr;
#define CUDAAPI
#endif
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// What the last calls were, in words.
static char said[4096];
template <class... A>
static CUresult note(const char* format, A... a) {
  snprintf(said, sizeof said, format, a...);
  return (CUresult)0;
}

static CUcontext current;

extern "C" {
const char* fake_said() { return said; }

CUresult CUDAAPI cuInit(unsigned flags) { return flags == 0 ? (CUresult)0 : (CUresult)1; }
CUresult CUDAAPI cuDriverGetVersion(int* v) { return *v = 13020, (CUresult)0; }
CUresult CUDAAPI cuDeviceGetCount(int* n) { return *n = 2, (CUresult)0; }
CUresult CUDAAPI cuDeviceGet(CUdevice* d, int ordinal) { return *d = 100 + ordinal, (CUresult)0; }
CUresult CUDAAPI cuDeviceGetName(char* name, int length, CUdevice d) {
  snprintf(name, length, "fake GPU %d", d);
  return (CUresult)0;
}
CUresult CUDAAPI cuDeviceGetAttribute(int* v, CUdevice_attribute a, CUdevice d) {
  return *v = (int)a * 1000 + d, (CUresult)0;
}
CUresult CUDAAPI cuDeviceTotalMem_v2(size_t* n, CUdevice d) {
  return *n = (size_t)80 << 30 | d, (CUresult)0;
}
CUresult CUDAAPI cuDevicePrimaryCtxRetain(CUcontext* c, CUdevice d) {
  return *c = (CUcontext)(uintptr_t)(0x700000000ull + d), (CUresult)0;
}
CUresult CUDAAPI cuCtxSetCurrent(CUcontext c) {
  current = c;
  return note("current %p", (void*)c);
}
CUresult CUDAAPI cuModuleLoadData(CUmodule* m, const void* image) {
  *m = (CUmodule)(uintptr_t)0x5500000000ull;
  return note("load %s", (const char*)image);
}
CUresult CUDAAPI cuModuleUnload(CUmodule m) { return note("unload %p", (void*)m); }
CUresult CUDAAPI cuModuleGetFunction(CUfunction* f, CUmodule m, const char* name) {
  if (!strcmp(name, "missing")) return (CUresult)500;
  *f = (CUfunction)((uintptr_t)m + strlen(name));
  return (CUresult)0;
}
CUresult CUDAAPI cuFuncSetAttribute(CUfunction f, CUfunction_attribute a, int value) {
  return note("function %p attribute %d = %d", (void*)f, (int)a, value);
}
CUresult CUDAAPI cuLaunchKernel(
    CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
    unsigned shared, CUstream s, void** parameters, void** extra) {
  if (gx == 7777) return (CUresult)719;
  size_t bytes = *(size_t*)extra[3];
  int n = snprintf(
      said, sizeof said, "launch %p %u,%u,%u x %u,%u,%u shared %u stream %p %s extra %d %d %d:",
      (void*)f, gx, gy, gz, bx, by, bz, shared, (void*)s, parameters ? "parameters" : "none",
      (int)(uintptr_t)extra[0], (int)(uintptr_t)extra[2], (int)(uintptr_t)extra[4]);
  for (size_t i = 0; i < bytes; i++) {
    n += snprintf(said + n, sizeof said - n, " %02x", ((unsigned char*)extra[1])[i]);
  }
  return (CUresult)0;
}
CUresult CUDAAPI cuMemAlloc_v2(CUdeviceptr* p, size_t n) {
  if (n > ((size_t)1 << 40)) return (CUresult)2;
  return *p = (CUdeviceptr)(uintptr_t)malloc(n), (CUresult)0;
}
CUresult CUDAAPI cuMemFree_v2(CUdeviceptr p) { return free((void*)(uintptr_t)p), (CUresult)0; }
CUresult CUDAAPI cuMemGetInfo_v2(size_t* free, size_t* total) {
  *free = 111222333444ull;
  *total = 2 * *free;
  return (CUresult)0;
}
CUresult CUDAAPI cuMemHostAlloc(void** p, size_t n, unsigned flags) {
  return flags ? (CUresult)1 : (*p = malloc(n), (CUresult)0);
}
CUresult CUDAAPI cuMemFreeHost(void* p) { return free(p), (CUresult)0; }
CUresult CUDAAPI cuMemHostRegister_v2(void* p, size_t n, unsigned flags) {
  return note("register %p %zu %u", p, n, flags);
}
CUresult CUDAAPI cuMemHostUnregister(void* p) { return note("unregister %p", p); }
CUresult CUDAAPI cuStreamCreate(CUstream* s, unsigned flags) {
  return *s = (CUstream)(uintptr_t)(0x990000000ull + flags), (CUresult)0;
}
CUresult CUDAAPI cuStreamDestroy_v2(CUstream s) { return note("end stream %p", (void*)s); }
CUresult CUDAAPI cuStreamSynchronize(CUstream s) { return note("wait for %p", (void*)s); }
CUresult CUDAAPI cuStreamWaitEvent(CUstream s, CUevent e, unsigned flags) {
  return note("%p waits for %p %u", (void*)s, (void*)e, flags);
}
CUresult CUDAAPI cuEventCreate(CUevent* e, unsigned flags) {
  return *e = (CUevent)(uintptr_t)(0x880000000ull + flags), (CUresult)0;
}
CUresult CUDAAPI cuEventDestroy_v2(CUevent e) { return note("end event %p", (void*)e); }
CUresult CUDAAPI cuEventRecord(CUevent e, CUstream s) {
  return note("record %p in %p", (void*)e, (void*)s);
}
CUresult CUDAAPI cuEventSynchronize(CUevent e) { return note("wait for event %p", (void*)e); }
// An event is there when it is asked for a second time: CUDA_ERROR_NOT_READY, then CUDA_SUCCESS.
CUresult CUDAAPI cuEventQuery(CUevent e) {
  static int asked;
  note("ask for event %p", (void*)e);
  return (CUresult)(asked++ == 0 ? 600 : 0);
}
CUresult CUDAAPI cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t n, CUstream s) {
  memcpy((void*)(uintptr_t)to, from, n);
  return note("to device %zu %p", n, (void*)s);
}
CUresult CUDAAPI cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t n, CUstream s) {
  memcpy(to, (void*)(uintptr_t)from, n);
  return note("to host %zu %p", n, (void*)s);
}
CUresult CUDAAPI cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t n, CUstream s) {
  memcpy((void*)(uintptr_t)to, (void*)(uintptr_t)from, n);
  return note("on device %zu %p", n, (void*)s);
}
CUresult CUDAAPI cuMemsetD32Async(CUdeviceptr p, unsigned word, size_t n, CUstream s) {
  for (size_t i = 0; i < n; i++) ((unsigned*)(uintptr_t)p)[i] = word;
  return note("fill %zu %p", n, (void*)s);
}
CUresult CUDAAPI cuGetErrorName(CUresult e, const char** text) {
  return *text = (int)e == 719 ? "CUDA_ERROR_LAUNCH_FAILED" : "CUDA_ERROR_OTHER", (CUresult)0;
}
CUresult CUDAAPI cuGetErrorString(CUresult e, const char** text) {
  return *text = (int)e == 719 ? "unspecified launch failure" : "something else", (CUresult)0;
}

// cuBLAS: columns first, in float32 and bfloat16.

int cublasCreate_v2(void** h) { return *h = (void*)0x3300000000ull, 0; }
int cublasDestroy_v2(void* h) { return h == (void*)0x3300000000ull ? 0 : 1; }
static void* streamOf;
int cublasSetStream_v2(void*, void* s) { return streamOf = s, 0; }
int cublasSetWorkspace_v2(void* h, void* p, size_t n) {
  return note("cublas %p stream %p works in %zu at %p", h, streamOf, n, p), 0;
}
int cublasSetMathMode(void*, int mode) { return mode == 16 ? 0 : 7; }
int cublasGetProperty(int which, int* value) { return *value = 13 - which, 0; }
const char* cublasGetStatusString(int e) {
  return e == 7 ? "CUBLAS_STATUS_INVALID_VALUE" : "CUBLAS_STATUS_OTHER";
}

static float get(const void* p, int type, long i) {
  if (type == 0) return ((const float*)p)[i];
  uint32_t u = (uint32_t)((const uint16_t*)p)[i] << 16;
  float f;
  memcpy(&f, &u, 4);
  return f;
}

int cublasGemmEx(
    void* h, int opA, int opB, int m, int n, int k, const void* alpha, const void* a, int typeA,
    int lda, const void* b, int typeB, int ldb, const void* beta, void* c, int typeC, int ldc,
    int compute, int algorithm) {
  if (h != (void*)0x3300000000ull || compute != 68 || algorithm != -1 || typeA != typeB) return 7;
  if (lda < (opA ? k : m) || ldb < (opB ? n : k) || ldc < m) return 7;
  for (int j = 0; j < n; j++) {
    for (int i = 0; i < m; i++) {
      float sum = 0;
      for (int l = 0; l < k; l++) {
        sum += get(a, typeA, opA ? l + (long)i * lda : i + (long)l * lda) *
               get(b, typeB, opB ? j + (long)l * ldb : l + (long)j * ldb);
      }
      float before = *(const float*)beta == 0 ? 0 : get(c, typeC, i + (long)j * ldc);
      float value = *(const float*)alpha * sum + *(const float*)beta * before;
      if (typeC == 0) {
        ((float*)c)[i + (long)j * ldc] = value;
      } else {
        uint32_t u;
        memcpy(&u, &value, 4);
        ((uint16_t*)c)[i + (long)j * ldc] = (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
      }
    }
  }
  return 0;
}
}
