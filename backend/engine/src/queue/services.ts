import type { JobServices } from './job.js';

/** What the function that makes the services may use. */
export interface ServicesContext {
  /** The database with Job Manager's tables, as this process reaches it. */
  databaseUrl: string;
  /** Registers a function that is called, and awaited, when the process executes no more runs; in reverse order. */
  onClose(close: () => unknown): void;
}

/** Makes what jobs get as `ctx.services`, once in each process that executes runs, before its first. */
export type CreateServices = (context: ServicesContext) => JobServices | Promise<JobServices>;

/** The services themselves, which stay their owner's to close, or what makes them in each process. */
export type ServicesOption = JobServices | CreateServices;

export interface OpenServices {
  services: JobServices;
  /** Closes what was made for this process, all of it. Rejects with the first failure. */
  close(): Promise<void>;
}

/**
 * Makes the services of this process. Where that fails, closes what was opened, and throws an Error with the reason.
 */
export async function openServices(option: ServicesOption | undefined, databaseUrl: string): Promise<OpenServices> {
  const closers: (() => unknown)[] = [];
  const close = () => closeAll(closers);
  if (!isCreate(option)) return { services: option ?? ({} as JobServices), close };
  try {
    const services = await option({ databaseUrl, onClose: (closer) => closers.push(closer) });
    return { services, close };
  } catch (error) {
    await close().catch(() => {});
    throw new Error(`The services of the jobs could not be made: ${messageOf(error)}`, { cause: error });
  }
}

const isCreate = (option: ServicesOption | undefined): option is CreateServices => typeof option === 'function';
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function closeAll(closers: (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (let closer = closers.pop(); closer; closer = closers.pop()) {
    try {
      await closer();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
