/**
 * How fast a training step is: against PyTorch, against the matrix products that it is made of, and
 * with two workers in one JVM.
 *
 * <p>May enter: everything of Estafette but actors, and DJL with PyTorch. May not enter: anything
 * that another package would use.
 */
@NullMarked
package org.estafette.bench.step;

import org.jspecify.annotations.NullMarked;
