/**
 * The progress of a run as event files of TensorBoard, for those who have it open anyway.
 *
 * <p>May enter: the two formats involved (records with checksums, a protocol buffer), metrics. May
 * not enter: Akka, clocks (times are handed in), a library for either format: it would be larger
 * than the rest of the program.
 */
@NullMarked
package org.estafette.actor.record.tensorboard;

import org.jspecify.annotations.NullMarked;
