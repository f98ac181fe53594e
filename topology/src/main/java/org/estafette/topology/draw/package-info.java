/**
 * Pictures of graphs: where nodes stand, as SVG text and as characters for a terminal.
 *
 * <p>May enter: layouts and text. May not enter: files, terminals, numbers about graphs.
 */
@NullMarked
package org.estafette.topology.draw;

import org.jspecify.annotations.NullMarked;
