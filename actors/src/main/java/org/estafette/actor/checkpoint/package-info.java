/**
 * Checkpoints on disk: tensors in the safetensors format, a manifest with checksums written last,
 * and a store that is found whole after a crash between any two system calls.
 *
 * <p>May enter: the Java platform, Jackson, {@code org.estafette.memory}. May not enter: Akka, and
 * what the tensors mean.
 */
@NullMarked
package org.estafette.actor.checkpoint;

import org.jspecify.annotations.NullMarked;
