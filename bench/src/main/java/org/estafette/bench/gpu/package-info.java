/**
 * What {@code dev/gpu-check} runs on a GPU: every operation and every model's gradient against the
 * CPU, training throughput, and what the exchange of updates costs. The tests run the same
 * comparisons on an emulated GPU.
 *
 * <p>May enter: everything of the product. May not enter: JMH, DJL and other tools of the
 * benchmarks, since this is packed and carried to machines that have only a JDK.
 */
@NullMarked
package org.estafette.bench.gpu;

import org.jspecify.annotations.NullMarked;
