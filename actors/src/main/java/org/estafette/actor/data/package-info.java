/**
 * Reading data: files, folders and zips become a corpus in memory.
 *
 * <p>May enter: files, and the datasets of {@code algorithms}. May not enter: Akka, splitting or
 * dealing of data, configuration.
 */
@NullMarked
package org.estafette.actor.data;

import org.jspecify.annotations.NullMarked;
