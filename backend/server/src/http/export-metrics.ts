import { openTelemetry, SCOPE } from '@job-manager/client/tracing';
import type { Observable } from '@opentelemetry/api';
import type { Registry } from 'prom-client';

/**
 * Exports the metrics of a registry through OpenTelemetry, by the same names and labels, each time that the application
 * collects its own. Counters and gauges alone: histograms are recorded where runs are executed.
 */
export function exportMetrics(
  registry: Registry,
  { refresh, isOver }: { refresh(): Promise<void>; isOver(): boolean },
): void {
  const meter = openTelemetry()?.metrics.getMeter(SCOPE);
  if (meter === undefined) return;
  const instruments = new Map<string, Observable>();
  for (const { name, help: description, type } of registry.getMetricsAsArray() as unknown as MetricFacts[]) {
    const unit = name.endsWith('_seconds') ? { unit: 's' } : {};
    const options = { description, ...unit };
    const isCounter = type === 'counter';
    instruments.set(
      name,
      isCounter ? meter.createObservableCounter(name, options) : meter.createObservableGauge(name, options),
    );
  }
  meter.addBatchObservableCallback(
    async (result) => {
      if (isOver()) return;
      await refresh();
      for (const { name, values } of await registry.getMetricsAsJSON()) {
        const instrument = instruments.get(name);
        if (instrument === undefined) continue;
        for (const { value, labels } of values) result.observe(instrument, value, { ...labels });
      }
    },
    [...instruments.values()],
  );
}

/** What the types of prom-client leave out of a metric. */
interface MetricFacts {
  name: string;
  help: string;
  type: string;
}
