/**
 * CUDA GPUs as {@link org.estafette.device.Device}: bindings of the driver, NVRTC and cuBLAS
 * through {@code java.lang.foreign}, and kernels whose sources are resources of this package and
 * are compiled for the GPU that is found.
 *
 * <p>May enter: {@code org.estafette.device}, {@code org.estafette.memory}, {@code
 * org.estafette.kernel}. May not enter: models, optimizers' policies, Akka, Aeron. Nothing outside
 * names a class of this package; {@link org.estafette.device.DeviceProvider} is the way in.
 */
@NullMarked
package org.estafette.device.cuda;

import org.jspecify.annotations.NullMarked;
