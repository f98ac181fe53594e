package org.estafette.actor.manage;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpResponse;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * All metrics of a node, in the formats that Prometheus reads. {@code docs/metrics.md} lists them.
 */
final class Scrape implements AutoCloseable {
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final @Nullable RunMeters run;
  private final NodeMeters node;

  Scrape(Managed managed) {
    // Names that Prometheus's own checker objects to.
    registry
        .config()
        .meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"))
        .meterFilter(
            new MeterFilter() {
              @Override
              public Meter.Id map(Meter.Id id) {
                return id.getName().equals("system.cpu.count") ? id.withName("system.cpus") : id;
              }
            });
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gc.bindTo(registry);
    node = new NodeMeters(managed, registry);
    run = managed.run() == null ? null : new RunMeters(managed.run().view(), registry);
  }

  HttpResponse answer(Call call) {
    boolean open = call.header("Accept").orElse("").contains("application/openmetrics-text");
    return Answers.text(type(open ? OPEN : TEXT), scrape(open ? OPEN : TEXT));
  }

  private String scrape(String type) {
    node.refresh();
    if (run != null) {
      run.refresh();
    }
    return registry.scrape(type);
  }

  private static ContentType type(String type) {
    return ContentTypes.parse(type);
  }

  @Override
  public void close() {
    gc.close();
    if (run != null) {
      run.close();
    }
    registry.close();
  }
}
