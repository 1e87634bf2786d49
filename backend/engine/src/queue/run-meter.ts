import { openTelemetry, SCOPE } from '@job-manager/client/tracing';
import type { Histogram } from '@opentelemetry/api';
import { HISTOGRAMS, shownBounds } from './published-histograms.js';

/** The instruments of each application's provider: one that is registered anew gets its own. */
const instruments = new WeakMap<object, Map<string, Histogram>>();

/** Records how long a run took or waited; to be called where the application records metrics. */
export function recordHistogram(measure: 'duration' | 'wait', jobName: string, ms: number): void {
  histogramsNow()
    ?.get(measure)
    ?.record(ms / 1_000, { job: jobName });
}

function histogramsNow(): Map<string, Histogram> | undefined {
  const api = openTelemetry();
  if (api === undefined) return undefined;
  const provider = api.metrics.getMeterProvider();
  const known = instruments.get(provider);
  if (known !== undefined) return known;
  const meter = provider.getMeter(SCOPE);
  const advice = { explicitBucketBoundaries: shownBounds.map(({ bound }) => bound / 1_000) };
  const made = new Map(
    HISTOGRAMS.map(({ name, measure, help }) => [
      measure as string,
      meter.createHistogram(name, { description: help, unit: 's', advice }),
    ]),
  );
  instruments.set(provider, made);
  return made;
}
