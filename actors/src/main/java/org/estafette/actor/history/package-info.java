/**
 * The history of a real run on disk: what each process saw of every push, one file a process, and
 * the check of all files of a run together.
 *
 * <p>May enter: files, facts of {@code org.estafette.history}, the thread that writes. May not
 * enter: actors, the tensor channel, and anything that decides.
 */
@NullMarked
package org.estafette.actor.history;

import org.jspecify.annotations.NullMarked;
