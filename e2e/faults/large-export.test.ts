import { setTimeout as delay } from 'node:timers/promises';
import { size } from '@job-manager/engine/testing/size';
import { limits } from '@job-manager/shared/limits';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addHistory } from '../../scripts/bench/history-rows.js';
import { reportFinding } from './world/report.js';
import { World } from './world/world.js';

/** At full size one more than an export has. */
const HISTORY = size(5_000, limits.exportedRuns + 1);
const EXPORTED = Math.min(HISTORY, limits.exportedRuns);
const MAX_GROWTH_MB = 100;
/** How long a reader takes nothing, while the server could buffer the whole file. */
const READER_PAUSE_MS = size(500, 5_000);

let world: World;
beforeAll(async () => {
  // The history is one of 60 days: none of it is removed while it is read.
  const kept = ['SUCCESS', 'FAILED', 'CANCELLED'].map((status) => [`JOBS_KEEP_${status}_DAYS`, '365']);
  world = await World.create(Object.fromEntries(kept));
  await addHistory(world.database, HISTORY);
  // What a server loads once is none of an export.
  for (const format of ['csv', 'jsonl']) await readFile({ format, to: '1971-01-01T00:00:00Z' });
});
afterAll(() => world?.close());

const JSON_COLUMNS = 'id,job,status,finishedAt,parameters,metadata';

it.each([
  ['csv', undefined],
  ['jsonl', JSON_COLUMNS],
])(
  `exports ${EXPORTED} runs as %s with less than ${MAX_GROWTH_MB} MB of memory, however slowly it is read`,
  async (format, columns) => {
    const before = (await world.server.vitals()).rssMb;
    const watch = watchMemory();
    const { ids, bytes } = await readFile({ format, ...(columns && { columns }) });
    const peakMb = (await watch.end()) - before;
    const doubled = ids.length - new Set(ids).size;
    expect(ids).toHaveLength(EXPORTED);
    expect(doubled).toBe(0);
    expect(peakMb, 'MB above what the server had before').toBeLessThan(MAX_GROWTH_MB);
    const [entry] = (
      await world.database.pool.query(
        `SELECT details FROM "AuditEvent" WHERE action = 'history.export' ORDER BY id DESC LIMIT 1`,
      )
    ).rows;
    expect(entry.details).toMatchObject({ rows: EXPORTED });
    expect(entry.details.isCut).toBe(HISTORY > EXPORTED ? true : undefined);
    const judgement = { runs: EXPORTED, lost: EXPORTED - new Set(ids).size, doubled, stuck: 0 };
    reportFinding(`export as ${format}`, `a reader that paused for ${READER_PAUSE_MS / 1_000} s`, judgement, [
      `${(bytes / 2 ** 20).toFixed(1)} MB, memory of the server ${peakMb.toFixed(1)} MB above what it was`,
    ]);
  },
);

/** A file with the ids of its rows, read after a pause behind its first part. */
async function readFile(query: Record<string, string>): Promise<{ ids: string[]; bytes: number }> {
  const answer = await fetch(`${world.url}/api/admin/jobs/history/export?${new URLSearchParams(query)}`, {
    headers: { authorization: `Bearer ${world.token}` },
  });
  expect(answer.status).toBe(200);
  const decoder = new TextDecoder();
  const ids: string[] = [];
  let bytes = 0;
  let rest = '';
  for await (const part of answer.body ?? []) {
    if (bytes === 0) await delay(READER_PAUSE_MS);
    bytes += part.byteLength;
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, id] = /^(?:\{"id":"|)(\d+)[",]/.exec(line) ?? [];
      if (id !== undefined) ids.push(id);
    }
  }
  return { ids, bytes };
}

/** The most memory that the server has until `end`. */
function watchMemory() {
  let isOver = false;
  let peakMb = 0;
  const watching = (async () => {
    while (!isOver) {
      peakMb = Math.max(peakMb, (await world.server.vitals()).rssMb);
      await delay(50);
    }
  })();
  return {
    end: async () => {
      isOver = true;
      await watching;
      return peakMb;
    },
  };
}
