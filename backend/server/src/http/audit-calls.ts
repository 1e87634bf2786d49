import { createRedaction } from '@job-manager/engine/queue/redaction';
import { recordAudit } from '@job-manager/engine/store/audit';
import { type AuditEventRow, type AuditFilters, readAuditLog } from '@job-manager/engine/store/audit-log';
import { inChunks } from '@job-manager/engine/store/chunks';
import type { AuditEvent } from '@job-manager/shared/contract/audit';
import { contract } from '@job-manager/shared/contract/index';
import { implement } from '@orpc/server';
import { hideSecrets } from '../present/secrets.js';
import { auditPersonOf, type CallContext, type HttpDeps } from './context.js';
import { type CsvColumns, csvNamed, csvParts, MAX_CSV_ROWS } from './csv.js';
import { sendFile } from './download.js';

const os = implement(contract.audit).$context<CallContext>();

/** Reading the audit log. */
export function createAuditCalls({ pool, config }: Pick<HttpDeps, 'pool' | 'config'>) {
  const redaction = createRedaction(config.JOBS_REDACT_KEYS);
  /** Parameters are among the details. */
  const read: typeof readAuditLog = async (...query) =>
    (await readAuditLog(...query)).map((row) => ({ ...row, details: hideSecrets(row.details, redaction) }));
  return os.router({
    list: os.list.handler(async ({ input: { before, limit, ...filters } }) => {
      // One more than requested shows whether there are more.
      const rows = await read(pool, filtersOf(filters), { before, limit: limit + 1 });
      return { events: rows.slice(0, limit).map(presentEvent), hasMore: rows.length > limit };
    }),

    export: os.export.handler(async ({ input, context }) => {
      const chunks = inChunks(MAX_CSV_ROWS, (page) => read(pool, filtersOf(input), page));
      const file = csvNamed('audit-log');
      const entry = { ...auditPersonOf(context), action: 'audit.export' as const, target: file.name };
      const note = (rows: number) => recordAudit(pool, { ...entry, details: { ...input, rows } });
      return sendFile(context.res, file, csvParts(COLUMNS, chunks, note));
    }),
  });
}

type Filters = Omit<AuditFilters, 'from' | 'to'> & { from?: string; to?: string };

const filtersOf = ({ from, to, ...filters }: Filters): AuditFilters => ({
  ...filters,
  from: from === undefined ? undefined : new Date(from),
  to: to === undefined ? undefined : new Date(to),
});

export const presentEvent = (row: AuditEventRow): AuditEvent => ({
  id: row.id,
  at: row.at.toISOString(),
  actorId: row.actorId,
  actor: row.actorEmail,
  action: row.action,
  jobRunId: row.runId,
  target: row.target,
  details: row.details,
  ip: row.ip,
  userAgent: row.userAgent,
});

const COLUMNS: CsvColumns<AuditEventRow> = {
  id: (row) => row.id,
  at: (row) => row.at.toISOString(),
  actor: (row) => row.actorEmail,
  action: (row) => row.action,
  run: (row) => row.runId,
  target: (row) => row.target,
  details: (row) => (row.details === null ? null : JSON.stringify(row.details)),
  ip: (row) => row.ip,
  userAgent: (row) => row.userAgent,
};
