package org.estafette.device.cuda;

/** A CUDA library or GPU cannot be used; the message is one sentence that says why. */
final class CudaUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  CudaUnavailableException(String message) {
    super(message);
  }

  CudaUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
