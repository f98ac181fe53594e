package org.estafette.actor.live;

import org.estafette.actor.record.Metric;

/**
 * A line of {@code metrics.jsonl} as it is written.
 *
 * @param id counts from 1 on: a reader that was cut off goes on after the last one it saw
 */
public record LiveEvent(long id, Metric metric) {}
