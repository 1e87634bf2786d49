import { collectRecentCauses } from '@job-manager/engine/queue/maintenance/causes';
import { createRedaction, type Redaction } from '@job-manager/engine/queue/redaction';
import { recordAudit } from '@job-manager/engine/store/audit';
import {
  type ExportedRow,
  JSON_COLUMNS,
  PLAIN_COLUMNS,
  readExportedRows,
} from '@job-manager/engine/store/history-export';
import { type HistoryPlace, walkHistory } from '@job-manager/engine/store/history-walk';
import type { Sql } from '@job-manager/engine/store/sql';
import type { HistoryFilterInput } from '@job-manager/shared/contract/history';
import { contract } from '@job-manager/shared/contract/index';
import { limits } from '@job-manager/shared/limits';
import { implement } from '@orpc/server';
import { hideSecrets } from '../present/secrets.js';
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

/** Rows read at once. Parameters and metadata together may take 288 kB a run. */
const CHUNK = { rows: 100, withJson: 20 };
/** Ids of runs that one query finds; the chunks are read by these ids. */
const WALKED_IDS = 500;

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
  const reach = { isCut: false };
  const pages = ids === undefined ? pagesOf(sql, walked, reach) : [ids.split(',')];
  const chunks = read(
    sql,
    pages,
    JSON_COLUMNS.some((name) => name in columns),
  );
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
  const named = Object.entries(columns);
  let rows = 0;
  try {
    for await (const chunk of chunks) {
      rows += chunk.length;
      yield chunk
        .map((row) => `{${named.map(([name, cell]) => `"${name}":${jsonOf(name, cell(row))}`).join()}}\n`)
        .join('');
    }
  } finally {
    await note(rows);
  }
}

/** Text that is JSON already stays as it is in a line of its own. */
const jsonOf = (name: string, cell: string | number | null): string =>
  typeof cell === 'string' && JSON_COLUMNS.includes(name) ? cell : JSON.stringify(cell);

/**
 * Ids of the runs that match, the newest first, up to the limit of an export; `reach` has whether older ones were left
 * out.
 */
async function* pagesOf(
  sql: Sql,
  filter: ReturnType<typeof walkedFilterOf>,
  reach: { isCut: boolean },
): AsyncGenerator<string[]> {
  let after: HistoryPlace | null = null;
  for (let left: number = limits.exportedRuns; ; ) {
    if (left === 0) {
      reach.isCut = (await walkHistory(sql, { filter, after, limit: 1 })).ids.length > 0;
      return;
    }
    const page = await walkHistory(sql, { filter, after, limit: Math.min(WALKED_IDS, left) });
    yield page.ids;
    if (page.next === null) return;
    left -= page.ids.length;
    after = page.next;
  }
}

async function* read(
  sql: Sql,
  pages: AsyncIterable<string[]> | Iterable<string[]>,
  hasJson: boolean,
): AsyncGenerator<ExportedRow[]> {
  const size = hasJson ? CHUNK.withJson : CHUNK.rows;
  for await (const ids of pages) {
    for (let at = 0; at < ids.length; at += size) yield await readExportedRows(sql, ids.slice(at, at + size), hasJson);
  }
}

/** The columns of these names, or all but the JSON. Throws a 400 problem for a name that is none. */
function columnsOf(named: string | undefined, redaction: Redaction): CsvColumns<ExportedRow> {
  const known = [...PLAIN_COLUMNS, ...JSON_COLUMNS];
  const names = named?.split(',') ?? PLAIN_COLUMNS;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new HttpProblem('INVALID_INPUT', `columns: "${unknown}" is none of ${known.join(', ')}`, {
      field: 'columns',
    });
  }
  const json = (value: unknown) => (value == null ? null : JSON.stringify(hideSecrets(value, redaction)));
  return Object.fromEntries(
    names.map((name) => {
      const at = known.indexOf(name);
      // The statement has texts, numbers and nulls in all columns but those with JSON.
      const plain = (row: ExportedRow) => row[at] as string | number | null;
      return [name, JSON_COLUMNS.includes(name) ? (row: ExportedRow) => json(row[at]) : plain];
    }),
  );
}
