import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { JobContext } from '@job-manager/engine/queue/job';
import { findMediaFile, removeMediaFile } from './media-folder.js';
import type { Skipped } from './media-walk.js';

/** How many of each kind the run names. */
const EXAMPLES = 10;

/** One pass over the media folder and its rows. */
export interface Sweep {
  ctx: JobContext;
  /** The folder's real path. */
  root: string;
  /** Younger files are left alone. */
  cutoff: Date;
  dryRun: boolean;
  folderIsEmpty: boolean;
  /** Paths that rows with unusual names lead to: such a file is not without a row. */
  claimed: Set<string>;
  tally: Tally;
}

export interface Tally {
  rowsChecked: number;
  filesChecked: number;
  orphanRows: number;
  orphanFiles: number;
  /** Orphans that are too young to be touched. */
  withinGrace: number;
  rowsRemoved: number;
  filesRemoved: number;
  bytesFreed: number;
  /** Links, unusual names and the like, left alone. */
  skipped: number;
  examples: { rows: { id: number; fileName: string }[]; files: string[]; skipped: Skipped[] };
}

export const emptyTally = (): Tally => ({
  rowsChecked: 0,
  filesChecked: 0,
  orphanRows: 0,
  orphanFiles: 0,
  withinGrace: 0,
  rowsRemoved: 0,
  filesRemoved: 0,
  bytesFreed: 0,
  skipped: 0,
  examples: { rows: [], files: [], skipped: [] },
});

/** Notes the files that are left alone, and why. */
export function skip({ ctx, tally }: Sweep, entry: Skipped): void {
  ctx.log.warn(`Left alone: ${entry.fileName || 'the media folder'} ${entry.reason}`);
  tally.skipped += 1;
  if (tally.examples.skipped.length < EXAMPLES) tally.examples.skipped.push(entry);
}

/** Checks the file of each row; removes the rows that have none. */
export async function cleanRows(sweep: Sweep, ids: number[]): Promise<void> {
  const { ctx, tally } = sweep;
  const rows = await ctx.services.db.media.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } });
  const orphans: number[] = [];
  for (const { id, fileName, createdAt } of rows) {
    tally.rowsChecked += 1;
    const file = await findMediaFile(sweep.root, fileName);
    if (file.kind === 'unsafe') {
      await claim(sweep, fileName);
      skip(sweep, { fileName, reason: `media row ${id}: ${file.reason}` });
    }
    if (file.kind !== 'missing') continue;
    if (createdAt >= sweep.cutoff) {
      tally.withinGrace += 1;
      continue;
    }
    tally.orphanRows += 1;
    orphans.push(id);
    if (tally.examples.rows.length < EXAMPLES) tally.examples.rows.push({ id, fileName });
  }
  tally.rowsRemoved += await removeRows(sweep, orphans);
  ctx.setMetadata({ ...tally });
}

/** Both as the name reads and as it resolves: a row that leads to a file through a link still owns it. */
async function claim({ root, claimed }: Sweep, fileName: string): Promise<void> {
  const path = resolve(root, fileName);
  claimed.add(path);
  claimed.add(await realpath(path).catch(() => path));
}

/** An empty folder is more likely a volume that isn't mounted than the loss of every file: then no row goes. */
async function removeRows({ ctx, dryRun, folderIsEmpty, cutoff }: Sweep, ids: number[]): Promise<number> {
  if (dryRun || ids.length === 0) return 0;
  if (folderIsEmpty) {
    ctx.log.warn('The media folder holds no file at all: no row is removed. Is its volume mounted?');
    return 0;
  }
  const { count } = await ctx.services.db.media.deleteMany({ where: { id: { in: ids }, createdAt: { lt: cutoff } } });
  return count;
}

/** Checks the row of each file; removes the files that have none. */
export async function cleanFiles(sweep: Sweep, fileNames: string[]): Promise<void> {
  const { ctx, tally } = sweep;
  tally.filesChecked += fileNames.length;
  const rows = await ctx.services.db.media.findMany({
    where: { fileName: { in: fileNames } },
    select: { fileName: true },
  });
  const known = new Set(rows.map((row) => row.fileName));
  for (const fileName of fileNames) {
    if (!known.has(fileName) && !sweep.claimed.has(resolve(sweep.root, fileName))) await cleanFile(sweep, fileName);
  }
  ctx.setMetadata({ ...tally });
}

async function cleanFile(sweep: Sweep, fileName: string): Promise<void> {
  const { root, cutoff, tally } = sweep;
  const file = await findMediaFile(root, fileName);
  if (file.kind === 'unsafe') skip(sweep, { fileName, reason: file.reason });
  if (file.kind !== 'file') return;
  if (file.modifiedAt >= cutoff) {
    tally.withinGrace += 1;
    return;
  }
  tally.orphanFiles += 1;
  if (tally.examples.files.length < EXAMPLES) tally.examples.files.push(fileName);
  if (!sweep.dryRun && (await tryRemove(sweep, fileName))) {
    tally.filesRemoved += 1;
    tally.bytesFreed += file.byteSize;
  }
}

/** One file that can't be removed doesn't keep the others. */
async function tryRemove(sweep: Sweep, fileName: string): Promise<boolean> {
  try {
    return await removeMediaFile(sweep.root, fileName, sweep.cutoff);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    skip(sweep, { fileName, reason: `can't be removed (${code})` });
    return false;
  }
}
