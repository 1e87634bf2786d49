import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobContext } from '@job-manager/engine/queue/job';

export interface FolderContents {
  /** Regular files, relative to the root, with forward slashes. */
  files: string[];
  /** Entries that were left alone, and why. */
  skipped: Skipped[];
}

export interface Skipped {
  fileName: string;
  reason: string;
}

/** Everything below `root`. Links are named and not followed, whatever they point to. */
export async function walkMediaFolder(ctx: JobContext, root: string): Promise<FolderContents> {
  const contents: FolderContents = { files: [], skipped: [] };
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    await ctx.checkCancellation();
    ctx.step('list').progress(0, `Listed ${contents.files.length.toLocaleString('en-US')} files`);
    folders.push(...(await listFolder(root, folder, contents)));
  }
  // Folders list their entries in no order; the run's report and batches have one.
  contents.files.sort();
  return contents;
}

/** Adds the folder's entries to `contents` and returns the folders in it. */
async function listFolder(root: string, folder: string, contents: FolderContents): Promise<string[]> {
  const folders: string[] = [];
  try {
    for await (const entry of await opendir(join(root, folder))) {
      const fileName = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(fileName);
      else if (entry.isFile()) contents.files.push(fileName);
      else
        contents.skipped.push({
          fileName,
          reason: entry.isSymbolicLink() ? 'is a symbolic link' : 'is not a regular file',
        });
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    contents.skipped.push({ fileName: folder, reason: `can't be listed (${code})` });
  }
  return folders;
}
