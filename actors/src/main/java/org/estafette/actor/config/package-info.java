/**
 * Configuration: HOCON in, checked records out. Every key stands in {@code
 * estafette-reference.conf} with its default, unit and range; a key that does not is an error that
 * names the nearest known one.
 *
 * <p>May enter: Typesafe Config. May not enter: actors, files other than the configuration's.
 */
@NullMarked
package org.estafette.actor.config;

import org.jspecify.annotations.NullMarked;
