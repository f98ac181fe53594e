package org.estafette.device;

/** A device has too little memory; the message holds what was asked for and what there is. */
public final class DeviceMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that names purpose, bytes asked for and bytes there. */
  public DeviceMemoryException(String message) {
    super(message);
  }
}
