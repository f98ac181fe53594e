package org.estafette.actor.live;

import java.util.List;
import org.estafette.actor.record.Metric;

/**
 * What a page that opens late needs to draw its curves: the lines of {@code metrics.jsonl},
 * bounded.
 *
 * @param next the id that the next live event will have: events from here on complete it
 * @param progress progress lines, thinned evenly to the number that was asked for
 * @param pushes the newest pushes, oldest first
 * @param events the newest events of workers, of the run and of faults, oldest first
 */
public record History(
    long next,
    List<Metric.ProgressPoint> progress,
    List<Metric.PushRecord> pushes,
    List<Metric> events) {}
