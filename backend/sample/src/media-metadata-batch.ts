import { defineJob, type JobContext } from '@job-manager/engine/queue/job';
import * as z from 'zod';
import { inBatches, inStep, type ReportPart } from './batches.js';
import { EXTRACTION_VERSION, extractMedia } from './media-extraction.js';
import { openMediaFolder } from './media-folder.js';
import { type ExtractedRow, saveExtractions } from './media-rows.js';

/** How many failures the run names; each is in its row. */
const EXAMPLES = 10;

interface Item {
  id: number;
  fileName: string;
}

export const mediaMetadataBatchJob = defineJob({
  name: 'media-metadata-batch',
  description: 'Reads all media files that lack metadata, several at a time. Files that cannot be read are recorded.',
  examples: [
    'tsx scripts/runJobs.ts media-metadata-batch',
    'tsx scripts/runJobs.ts media-metadata-batch --concurrency=4 --batchSize=100',
    'tsx scripts/runJobs.ts media-metadata-batch --retryFailed=true',
  ],
  algorithmVersion: EXTRACTION_VERSION,
  // Native code decodes files from unknown senders: one that crashes it, or unfolds to gigabytes, harms this run alone.
  isolated: true,
  memoryLimitMb: 2_048,
  parameters: z.strictObject({
    concurrency: z.number().int().min(1).max(32).default(4).describe('Files read at the same time'),
    batchSize: z.number().int().min(1).max(1_000).default(50).describe('Files per batch'),
    pauseMs: z.number().int().min(0).max(60_000).default(20).describe('Pause between batches, in milliseconds'),
    retryFailed: z.boolean().default(false).describe('Also read files again that could not be read before'),
  }),
  defaultParams: { concurrency: 4, batchSize: 50, pauseMs: 20, retryFailed: false },
  async run(ctx, { concurrency, batchSize, pauseMs, retryFailed }) {
    ctx.pipeline([
      { id: 'list', label: 'Listing files to read' },
      { id: 'read', label: 'Reading files', weight: 19 },
    ]);
    const root = await openMediaFolder(ctx.services.mediaDir);
    const waiting = await inStep(ctx, 'list', () => itemsToRead(ctx, retryFailed));
    const counts = { mediaProcessed: 0, ready: 0, failed: 0, bytesRead: 0, failures: [] as object[] };
    const plan = { step: 'read', batchSize, pauseMs, done: 'Read', items: 'files' };
    await inBatches(ctx, waiting, plan, async (items, report) => {
      const rows = await readSeveral(ctx, root, items, { concurrency, report });
      await saveExtractions(ctx.services.db, ctx.startedAt, rows);
      for (const row of rows) {
        const fileName = items.find((item) => item.id === row.id)?.fileName;
        count(counts, row, fileName);
        if (!row.extraction.ok) ctx.log.warn(`${fileName} can't be read: ${row.extraction.error}`, { mediaId: row.id });
      }
      ctx.setMetadata(counts);
    });
    return counts;
  },
});

/** Those never read, those read by an older version of the extraction and, on request, those that failed. */
function itemsToRead(ctx: JobContext, retryFailed: boolean): Promise<Item[]> {
  return ctx.services.db.media.findMany({
    where: {
      OR: [
        { metadataStatus: 'PENDING' },
        { metadataVersion: null },
        { metadataVersion: { not: EXTRACTION_VERSION } },
        ...(retryFailed ? [{ metadataStatus: 'FAILED' as const }] : []),
      ],
    },
    select: { id: true, fileName: true },
    orderBy: { id: 'asc' },
  });
}

interface Reading {
  concurrency: number;
  report: ReportPart;
}

/** Each of the readers takes the next item until none is left or the run is to stop. */
async function readSeveral(ctx: JobContext, root: string, items: Item[], reading: Reading): Promise<ExtractedRow[]> {
  const rows: ExtractedRow[] = [];
  const queue = items.values();
  const readNext = async () => {
    for (const { id, fileName } of queue) {
      ctx.signal.throwIfAborted();
      rows.push({ id, extraction: await extractMedia(root, fileName) });
      reading.report(rows.length / items.length);
    }
  };
  await Promise.all(Array.from({ length: reading.concurrency }, readNext));
  return rows.sort((a, b) => a.id - b.id);
}

interface Counts {
  mediaProcessed: number;
  ready: number;
  failed: number;
  bytesRead: number;
  failures: object[];
}

function count(counts: Counts, { id, extraction }: ExtractedRow, fileName: string | undefined): void {
  counts.mediaProcessed += 1;
  if (extraction.ok) {
    counts.ready += 1;
    counts.bytesRead += extraction.metadata.byteSize;
    return;
  }
  counts.failed += 1;
  if (counts.failures.length < EXAMPLES) counts.failures.push({ mediaId: id, fileName, error: extraction.error });
}
