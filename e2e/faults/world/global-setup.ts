import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireEmbeddedDatabase } from '@job-manager/engine/database/embedded';
import { migrate } from '@job-manager/engine/database/migrate';
import type { TestProject } from 'vitest/node';
import { bundleRunner } from './runner-bundle.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder with the bundled runner, and the files of a migrated, empty database to copy from. */
    faultsTemplate: string;
  }
}

/** What every file of this suite would create again: a third of the time of the small form. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'job-manager-faults-template-'));
  await chmod(folder, 0o755);
  const makeDatabase = async () => {
    const server = await acquireEmbeddedDatabase({ dataDir: folder, home: join(folder, 'postgres') });
    await migrate(server.url).finally(() => server.release());
  };
  await Promise.all([makeDatabase(), bundleRunner(folder)]);
  project.provide('faultsTemplate', folder);
  return () => rm(folder, { recursive: true, force: true });
}
