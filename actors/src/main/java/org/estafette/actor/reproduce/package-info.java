/**
 * Published experiments, repeated and written down: a folder with tables (CSV and Markdown), a page
 * with curves, and a verdict.
 *
 * <p>May enter: the list of experiments, and how what they found is written. May not enter: what an
 * experiment does (that is {@code org.estafette.simulation.experiment}, where it can be pure), and
 * the command line.
 */
@NullMarked
package org.estafette.actor.reproduce;

import org.jspecify.annotations.NullMarked;
