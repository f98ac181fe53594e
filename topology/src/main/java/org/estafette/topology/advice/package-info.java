/**
 * Which plans cannot work, said before they start: what is wrong and what to do instead.
 *
 * <p>May enter: judgements from graphs and their spectra. May not enter: algorithms themselves,
 * configuration, printing.
 */
@NullMarked
package org.estafette.topology.advice;

import org.jspecify.annotations.NullMarked;
