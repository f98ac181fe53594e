/**
 * Asking a running cluster from the command line: finding its management, a client with its
 * refusals in words, and tables for people.
 *
 * <p>May enter: {@code live}'s records, keys, HTTP. May not enter: options and exit statuses, which
 * are the command line's own; a run, which is only ever asked over HTTP.
 */
@NullMarked
package org.estafette.actor.cli.operate;

import org.jspecify.annotations.NullMarked;
