/**
 * Streaming DiLoCo: a model synchronised fragment by fragment, with the result applied late.
 *
 * <p>May enter: flat vectors and outer rules. May not enter: messages, time.
 */
@NullMarked
package org.estafette.algorithm.streaming;

import org.jspecify.annotations.NullMarked;
