import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withFileLock } from '@job-manager/engine/database/file-lock';
import { fingerprint } from './fingerprint.js';
import { programOf, ROOT, versionOf } from './repository.js';

const GENERATED = join(ROOT, 'backend/engine/src/generated');
const STAMP = join(GENERATED, 'prisma/.stamp');
/** Of the sample network, for its jobs; and of Job Manager's own tables, for tests. */
const SCHEMAS = ['prisma/sample/schema', 'prisma/schema'];

/**
 * Generates the Prisma clients when they are missing or older than the schemas; returns whether it had to.
 * Call it before importing, dynamically, anything that imports one.
 */
export async function ensurePrismaClient(): Promise<boolean> {
  const wanted = await fingerprint([...SCHEMAS, 'prisma.config.ts'], versionOf('prisma'));
  if (await isCurrent(wanted)) return false;
  return withFileLock(join(GENERATED, 'lock'), async () => {
    // Another process may have made it while this one waited.
    if (await isCurrent(wanted)) return false;
    await generate();
    await writeFile(STAMP, wanted);
    return true;
  });
}

async function isCurrent(wanted: string): Promise<boolean> {
  return (await readFile(STAMP, 'utf8').catch(() => '')) === wanted;
}

async function generate(): Promise<void> {
  // The stamp goes first: a generation broken off must not count as done.
  await rm(STAMP, { force: true });
  // Generating needs no schema engine, but the command searches for one and would download it.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
  try {
    const generate = (schema: string) =>
      promisify(execFile)(process.execPath, [programOf('prisma'), 'generate', `--schema=${schema}`], {
        cwd: ROOT,
        env,
      });
    for (const schema of SCHEMAS) await generate(schema);
  } catch (error) {
    const { stderr = '', stdout = '' } = error as { stderr?: string; stdout?: string };
    throw new Error(`The Prisma clients could not be generated:\n${(stderr + stdout).trim()}`);
  }
}
