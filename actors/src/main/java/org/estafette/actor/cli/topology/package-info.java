/**
 * What {@code estafette topology} tells about a graph: collected once, shown as text or JSON.
 *
 * <p>May enter: graphs and the wording about them. May not enter: options, files, runs.
 */
@NullMarked
package org.estafette.actor.cli.topology;

import org.jspecify.annotations.NullMarked;
