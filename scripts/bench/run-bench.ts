import { loadavg } from 'node:os';
import { createPool } from '@job-manager/engine/database/client';
import { Refusal } from '@job-manager/server/cli/refusal';
import type { Resources } from '@job-manager/server/cli/resources';
import { versionOf } from '../lib/repository.js';
import type { AddRuns, Bench } from './bench.js';
import { startBrowser } from './browser.js';
import { startEngineBench } from './engine-bench.js';
import type { EnginePart, Figure, MeasuredPart, Part } from './figure.js';
import { engineParts, productParts } from './parts.js';
import { contenders } from './peers/engines.js';
import { addDatabase, type BenchPostgres, startPostgres } from './postgres.js';
import { startProduct, usualHistory } from './product.js';
import { type BenchRedis, startRedis } from './redis.js';
import { type BenchReport, describeMachine } from './report.js';

export interface BenchOptions {
  /** Ids of the parts to measure; all without it. */
  only?: string[];
  /** Ids of the engines to compare; all without it. */
  engines?: string[];
  rounds: number;
  runs: number;
  snapshotMinutes: number;
  resources: Resources;
  signal: AbortSignal;
  showDetail(text: string): void;
  /** Called after each part: a benchmark that is aborted still shows what it has. */
  onReport(report: BenchReport): void;
}

/**
 * Takes the figures one after the other: those of the engine first, with nothing else running, then those of the
 * product, which is started for them. A part that fails costs the others nothing: an error that names all that failed
 * is thrown in the end. Throws Refusal for an unknown part.
 */
export async function runBench(options: BenchOptions): Promise<void> {
  const chosen = choose(options.only);
  options.showDetail('starting PostgreSQL');
  const postgres = await startPostgres(options.resources);
  const work: Work = { postgres, report: await newReport(postgres), options, failures: [] };
  if (chosen.engine.length > 0) await measureEngine(chosen.engine, work);
  if (chosen.product.length > 0) await measureProduct(chosen.product, work);
  if (work.failures.length > 0) throw new AggregateError(work.failures, work.failures.map(messageOf).join('\n'));
}

interface Work {
  postgres: BenchPostgres;
  report: BenchReport;
  options: BenchOptions;
  /** Of the parts that could not be measured. */
  failures: Error[];
}

const messageOf = ({ message }: Error): string => message;

async function measureEngine(parts: EnginePart[], work: Work): Promise<void> {
  const { postgres, report, options } = work;
  const { resources, rounds, runs, snapshotMinutes, engines, signal, showDetail } = options;
  const redis = await startRedis(resources, postgres.folder);
  Object.assign(report.machine.others, versionsOf(redis));
  const bench = await startEngineBench({
    ...{ postgres, redis, resources, rounds, runs, snapshotMinutes, engines, signal, showDetail },
  });
  for (const { id, measure } of parts) await measurePart(id, () => measure(bench), work);
}

async function measureProduct(parts: Part[], work: Work): Promise<void> {
  const { postgres, report, options } = work;
  const bench = await startProductBench(usualHistory, { postgres, options });
  report.machine.others.Chromium = bench.browser.version();
  for (const { id, measure } of parts) await measurePart(id, () => measure(bench), work);
}

async function startProductBench(
  addRuns: AddRuns,
  { postgres, options }: Pick<Work, 'postgres' | 'options'>,
): Promise<Bench> {
  const { runs, signal, showDetail, resources } = options;
  const product = await startProduct({ postgres, resources, signal, showDetail, addRuns });
  const startAnother = async (otherRuns: AddRuns) =>
    startProductBench(otherRuns, { postgres: await addDatabase(postgres), options });
  return { ...product, ...(await startBrowser(product, resources)), runs, signal, showDetail, startAnother };
}

async function measurePart(id: string, measure: () => Promise<Figure[]>, work: Work): Promise<void> {
  const { report, options, failures } = work;
  options.signal.throwIfAborted();
  options.showDetail(`measuring ${id}`);
  try {
    report.parts.push(await timed(id, measure));
    options.onReport(report);
  } catch (error) {
    options.signal.throwIfAborted();
    failures.push(new Error(`${id} was not measured: ${(error as Error).message}`, { cause: error }));
  }
}

async function timed(id: string, measure: () => Promise<Figure[]>): Promise<MeasuredPart> {
  const startedAt = performance.now();
  const figures = await measure();
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return { id, figures, load: loadavg()[0] ?? Number.NaN, seconds };
}

/** Of what the engine is compared with. */
function versionsOf(redis: BenchRedis | null): Record<string, string> {
  const packages = new Set(contenders.flatMap(({ packageName }) => packageName ?? []));
  const versions = Object.fromEntries([...packages].map((name) => [name, versionOf(name, 'scripts/bench')]));
  return redis ? { ...versions, Redis: redis.version } : versions;
}

function choose(only: string[] | undefined): { engine: EnginePart[]; product: Part[] } {
  const ids = [...engineParts, ...productParts].map(({ id }) => id);
  const unknown = only?.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw new Refusal(`There is no part ${unknown}; there are ${ids.join(', ')}.`);
  const isChosen = ({ id }: { id: string }) => only?.includes(id) ?? true;
  return { engine: engineParts.filter(isChosen), product: productParts.filter(isChosen) };
}

async function newReport({ url }: BenchPostgres): Promise<BenchReport> {
  const pool = createPool(url, { max: 1 });
  const queried = pool.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  const { rows } = await queried.finally(() => pool.end());
  const machine = describeMachine({ postgres: rows[0]?.version ?? 'unknown', others: {} });
  return { takenAt: new Date().toISOString(), machine, parts: [] };
}
