/**
 * The command line: commands, exit statuses, and what people read while they wait.
 *
 * <p>May enter: everything else of the actors. Nothing depends on this package.
 */
@NullMarked
package org.estafette.actor.cli;

import org.jspecify.annotations.NullMarked;
