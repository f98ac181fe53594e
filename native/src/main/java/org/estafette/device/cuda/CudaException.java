package org.estafette.device.cuda;

/**
 * A call into a CUDA library failed. The message names the function, the error's number and name,
 * what it means and what was being done.
 */
public final class CudaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;

  CudaException(String function, int code, String meaning, String doing) {
    super("%s: error %d, %s, while %s".formatted(function, code, meaning, doing));
    this.code = code;
  }

  CudaException(String message, Throwable cause) {
    super(message, cause);
    this.code = -1;
  }

  /** The library's own number. */
  int code() {
    return code;
  }
}
