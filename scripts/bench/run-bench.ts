import { loadavg } from 'node:os';
import { Refusal } from '../lib/refusal.js';
import type { Resources } from '../lib/resources.js';
import type { Bench } from './bench.js';
import { startBrowser } from './browser.js';
import type { MeasuredPart, Part } from './figure.js';
import { parts } from './parts.js';
import { startProduct } from './product.js';
import { type BenchReport, describeMachine } from './report.js';

export interface BenchOptions {
  /** Ids of the parts to measure; all without it. */
  only?: string[];
  resources: Resources;
  signal: AbortSignal;
  say(text: string): void;
  /** Told after each part: a benchmark that is broken off still shows what it has. */
  onReport(report: BenchReport): void;
}

/** Starts the product and a browser, and takes the figures one after the other. Throws Refusal for an unknown part. */
export async function runBench(options: BenchOptions): Promise<void> {
  const { resources, say, signal } = options;
  const chosen = choose(options.only);
  const product = await startProduct(options);
  const bench: Bench = { ...product, ...(await startBrowser(product, resources)) };
  const report = await newReport(bench);
  for (const part of chosen) {
    signal.throwIfAborted();
    say(`measuring ${part.id}`);
    report.parts.push(await measure(part, bench));
    options.onReport(report);
  }
}

function choose(only: string[] | undefined): Part[] {
  if (only === undefined) return parts;
  const unknown = only.find((id) => !parts.some((part) => part.id === id));
  if (unknown) throw new Refusal(`There is no part ${unknown}; there are ${parts.map(({ id }) => id).join(', ')}.`);
  return parts.filter(({ id }) => only.includes(id));
}

async function newReport({ browser, pool }: Bench): Promise<BenchReport> {
  const { rows } = await pool.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  const machine = describeMachine({ chromium: browser.version(), postgres: rows[0]?.version ?? 'unknown' });
  return { takenAt: new Date().toISOString(), machine, parts: [] };
}

async function measure(part: Part, bench: Bench): Promise<MeasuredPart> {
  const startedAt = performance.now();
  const figures = await part.measure(bench);
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return { id: part.id, figures, load: loadavg()[0] ?? Number.NaN, seconds };
}
