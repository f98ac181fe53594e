/**
 * The tensor channel: streams a vector from off-heap memory into a leased buffer on the other side,
 * through Aeron, with bounds, checksum and identity validated before anyone sees it. The only place
 * that knows Aeron.
 *
 * <p>May enter: Aeron, Agrona, {@code org.estafette.memory}. May not enter: what an update means.
 */
@NullMarked
package org.estafette.channel;

import org.jspecify.annotations.NullMarked;
