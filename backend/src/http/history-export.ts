import type { HistoryFilterInput } from '@job-manager/shared/contract/history';
import { contract } from '@job-manager/shared/contract/index';
import { limits } from '@job-manager/shared/limits';
import { implement } from '@orpc/server';
import { presentSummary } from '../present/run.js';
import { hideSecrets } from '../present/secrets.js';
import { collectRecentCauses } from '../queue/maintenance/causes.js';
import { createRedaction, type Redaction } from '../queue/redaction.js';
import { recordAudit } from '../store/audit.js';
import { readPage } from '../store/history.js';
import { type HistoryPlace, walkHistory } from '../store/history-walk.js';
import type { RunSummaryRow } from '../store/run-row.js';
import type { Sql } from '../store/sql.js';
import { actorOf, type CallContext, type HttpDeps } from './context.js';
import { type CsvColumns, csvNamed, csvParts } from './csv.js';
import { sendFile } from './download.js';
import { refuseSecretParameter, walkedFilterOf } from './history-page.js';
import { HttpProblem } from './problem.js';

interface HistoryExportRequest extends HistoryFilterInput {
  ids?: string;
  format: 'csv' | 'jsonl';
  columns?: string;
}

/** A run of the export; its JSON only where that is wanted. */
type ExportedRow = RunSummaryRow & { parameters?: unknown; metadata?: unknown };

/** Rows read at once. Parameters and metadata together may take 288 kB a run. */
const CHUNK = { rows: 250, withJson: 100 };

const os = implement(contract.historyExport).$context<CallContext>();

/** The history as a file. */
export function createHistoryExport({ pool, config }: Pick<HttpDeps, 'pool' | 'config'>) {
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  return os.router({
    runs: os.runs.handler(async ({ input, context }) => {
      refuseSecretParameter(input, redaction);
      if (input.cause !== undefined) await collectRecentCauses(pool);
      return exportHistory(pool, input, { context, redaction });
    }),
  });
}

/** Answers with the runs as a file, part by part, and writes that into the audit log. Throws 400 problems before. */
async function exportHistory(
  sql: Sql,
  request: HistoryExportRequest,
  { context, redaction }: { context: CallContext; redaction: Redaction },
): Promise<File> {
  const { ids, format, columns: named, ...filter } = request;
  const columns = columnsOf(named, redaction);
  const walked = walkedFilterOf(filter);
  const hasJson = 'parameters' in columns || 'metadata' in columns;
  const size = hasJson ? CHUNK.withJson : CHUNK.rows;
  const reach = { isCut: false };
  const pages = ids === undefined ? pagesOf(sql, walked, { size, reach }) : chunksOf(ids.split(','), size);
  const chunks = read(sql, pages, hasJson);
  const csv = csvNamed('runs');
  const suffix = filter.status === undefined ? '' : `-${filter.status.toLowerCase().replaceAll(',', '-')}`;
  const name = csv.name.replace(/\.csv$/, `${suffix}.${format}`);
  const { userId, email, tokenId, ip, userAgent } = actorOf(context);
  const note = (rows: number) =>
    recordAudit(sql, {
      ...{ actorId: userId, actorEmail: email, tokenId, ip, userAgent },
      action: 'history.export',
      target: name,
      details: {
        ...filter,
        ...(named && { columns: named }),
        ...(ids && { named: ids.split(',').length }),
        rows,
        ...(reach.isCut && reach),
      },
    });
  if (format === 'csv') return sendFile(context.res, { name, type: csv.type }, csvParts(columns, chunks, note));
  return sendFile(context.res, { name, type: 'application/jsonl; charset=utf-8' }, lines(columns, chunks, note));
}

async function* lines(
  columns: CsvColumns<ExportedRow>,
  chunks: AsyncIterable<ExportedRow[]>,
  note: (rows: number) => Promise<void>,
): AsyncGenerator<string> {
  let rows = 0;
  try {
    for await (const chunk of chunks) {
      rows += chunk.length;
      yield chunk.map((row) => `${JSON.stringify(lineOf(columns, row))}\n`).join('');
    }
  } finally {
    await note(rows);
  }
}

const JSON_COLUMNS = ['parameters', 'metadata'];

/** JSON stays JSON in a line of its own. */
const lineOf = (columns: CsvColumns<ExportedRow>, row: ExportedRow) =>
  Object.fromEntries(
    Object.entries(columns).map(([name, cell]) => {
      const value = cell(row);
      return [name, JSON_COLUMNS.includes(name) && typeof value === 'string' ? JSON.parse(value) : value];
    }),
  );

/** Ids of the runs that match, the newest first, up to the limit of an export; `reach` has whether older ones were left out. */
async function* pagesOf(
  sql: Sql,
  filter: ReturnType<typeof walkedFilterOf>,
  { size, reach }: { size: number; reach: { isCut: boolean } },
): AsyncGenerator<string[]> {
  let after: HistoryPlace | null = null;
  for (let left: number = limits.exportedRuns; ; ) {
    if (left === 0) {
      reach.isCut = (await walkHistory(sql, { filter, after, limit: 1 })).ids.length > 0;
      return;
    }
    const page = await walkHistory(sql, { filter, after, limit: Math.min(size, left) });
    if (page.ids.length > 0) yield page.ids;
    if (page.next === null) return;
    left -= page.ids.length;
    after = page.next;
  }
}

async function* chunksOf(ids: string[], size: number): AsyncGenerator<string[]> {
  for (let at = 0; at < ids.length; at += size) yield ids.slice(at, at + size);
}

async function* read(sql: Sql, pages: AsyncIterable<string[]>, hasJson: boolean): AsyncGenerator<ExportedRow[]> {
  for await (const ids of pages) {
    const rows = (await readPage(sql, ids)).filter(({ finishedAt }) => finishedAt !== null);
    if (!hasJson) {
      yield rows;
      continue;
    }
    const { rows: found } = await sql.query<{ id: string; parameters: unknown; metadata: unknown }>(
      'SELECT id, parameters, metadata FROM "JobRun" WHERE id = ANY($1::bigint[])',
      [ids],
    );
    const byId = new Map(found.map((row) => [row.id, row]));
    yield rows.map((row) => ({ ...row, ...byId.get(row.id) }));
  }
}

/** The columns of these names, or all but the JSON. Throws a 400 problem for a name that is none. */
function columnsOf(named: string | undefined, redaction: Redaction): CsvColumns<ExportedRow> {
  const json = (value: unknown) => (value == null ? null : JSON.stringify(hideSecrets(value, redaction)));
  const all: CsvColumns<ExportedRow> = {
    ...COLUMNS,
    parameters: ({ parameters }) => json(parameters),
    metadata: ({ metadata }) => json(metadata),
  };
  const names = named?.split(',') ?? Object.keys(COLUMNS);
  const unknown = names.find((name) => !Object.hasOwn(all, name));
  if (unknown !== undefined) {
    const known = Object.keys(all).join(', ');
    throw new HttpProblem('INVALID_INPUT', `columns: "${unknown}" is none of ${known}`, { field: 'columns' });
  }
  return Object.fromEntries(names.map((name) => [name, all[name] as CsvColumns<ExportedRow>[string]]));
}

const COLUMNS: CsvColumns<RunSummaryRow> = {
  id: ({ id }) => id,
  job: ({ jobName }) => jobName,
  status: ({ status }) => status,
  result: (row) => (row.status === 'FAILED' ? row.error : row.progressMessage),
  trigger: ({ trigger }) => trigger,
  startedBy: (row) => {
    const { triggeredBy, triggeredByToken } = presentSummary(row);
    return triggeredByToken === null ? (triggeredBy?.email ?? null) : `token ${triggeredByToken}`;
  },
  channel: ({ channel }) => channel,
  priority: ({ priority }) => priority,
  scope: ({ scope }) => scope,
  correlationId: ({ correlationId }) => correlationId,
  version: ({ algorithmVersion }) => algorithmVersion,
  attempts: ({ attempt }) => attempt,
  warnings: ({ warningCount }) => warningCount,
  errors: ({ errorCount }) => errorCount,
  waitedMs: ({ queueDelayMs }) => numberOrNull(queueDelayMs),
  tookMs: ({ durationMs }) => numberOrNull(durationMs),
  runner: ({ runnerName }) => runnerName,
  batch: ({ batchId }) => batchId,
  rerunOf: ({ rerunOfId }) => rerunOfId,
  queuedAt: ({ queuedAt }) => queuedAt.toISOString(),
  startedAt: ({ startedAt }) => startedAt?.toISOString() ?? null,
  finishedAt: ({ finishedAt }) => finishedAt?.toISOString() ?? null,
};

const numberOrNull = (value: string | number | null): number | null => (value === null ? null : Number(value));
