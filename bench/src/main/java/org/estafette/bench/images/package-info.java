/**
 * How long a training step on images takes.
 *
 * <p>May enter: algorithms and devices. May not enter: actors, anything that another package would
 * use.
 */
@NullMarked
package org.estafette.bench.images;

import org.jspecify.annotations.NullMarked;
