import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withFileLock } from '@job-manager/engine/database/file-lock';
import { isProcessRunning, startOf } from '@job-manager/engine/database/process-start';
import { Refusal } from '@job-manager/server/cli/refusal';
import * as z from 'zod';

/** This clone's one server. */
export interface Instance {
  /** Lets others know where it listens. */
  announce(url: string): Promise<void>;
  release(): Promise<void>;
}

const note = z.object({ pid: z.number().int(), startedAt: z.string(), url: z.string().optional() });
type Note = z.infer<typeof note>;

/** Takes the place of the one server of a data folder; refuses, naming its address, while another has it. */
export async function claimInstance(dataDir: string): Promise<Instance> {
  await mkdir(dataDir, { recursive: true }).catch((error: Error) => {
    throw new Refusal(`DATA_DIR: the folder ${dataDir} can't be made: ${error.message}`);
  });
  const mine: Note = { pid: process.pid, startedAt: startOf(process.pid) };
  const write = (more: Partial<Note> = {}) => writeFile(noteFile(dataDir), JSON.stringify({ ...mine, ...more }));
  await withFileLock(join(dataDir, 'server.lock'), async () => {
    const running = await findInstance(dataDir);
    if (running) throw new Refusal(describe(running));
    await write();
  });
  return {
    announce: (url) => write({ url }),
    release: () => rm(noteFile(dataDir), { force: true }),
  };
}

/** The server that runs on this data folder, if any. */
export async function findInstance(dataDir: string): Promise<Note | undefined> {
  const text = await readFile(noteFile(dataDir), 'utf8').catch(() => '');
  const found = note.safeParse(parseJson(text)).data;
  return found && isProcessRunning(found.pid) && startOf(found.pid) === found.startedAt ? found : undefined;
}

/** One line for the start of a second one. */
function describe({ pid, url }: Note): string {
  const state = url ? `already runs at ${url}` : 'is already starting';
  return `Job Manager ${state} from this folder (process ${pid}); stop it first, or use it.`;
}

const noteFile = (dataDir: string) => join(dataDir, 'server.json');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
