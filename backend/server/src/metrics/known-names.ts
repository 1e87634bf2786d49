import type { Queue } from '@job-manager/engine/queue/queue';
import type { Registry } from '@job-manager/engine/queue/registry';
import { findUnknownJobs } from '@job-manager/engine/store/metrics/known';
import type { Sql } from '@job-manager/engine/store/sql';
import { describeUnknown } from '@job-manager/shared/nearest';

/** A job or a channel that a request for figures names and that does not exist. */
export class UnknownName extends Error {
  constructor(
    readonly field: 'jobName' | 'channel',
    message: string,
  ) {
    super(message);
  }
}

export interface NameSources {
  sql: Sql;
  registry: Pick<Registry, 'definitions'>;
  queue: Pick<Queue, 'channels'>;
}

/** Throws UnknownName for a job that is neither declared nor has ended runs. */
export async function checkJobs({ sql, registry }: NameSources, names: readonly string[]): Promise<void> {
  const declared = registry.definitions().map(({ name }) => name);
  const [unknown] = await findUnknownJobs(
    sql,
    names.filter((name) => !declared.includes(name)),
  );
  if (unknown === undefined) return;
  throw new UnknownName(
    'jobName',
    `There is no job named "${unknown}": it ${describeUnknown(unknown, declared, 'job')}.`,
  );
}

/** Throws UnknownName for a channel without settings, jobs and runs. */
export async function checkChannels({ queue }: NameSources, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const channels = (await queue.channels.list()).map(({ name }) => name);
  const unknown = names.find((name) => !channels.includes(name));
  if (unknown === undefined) return;
  throw new UnknownName('channel', `channel: "${unknown}" ${describeUnknown(unknown, channels, 'channel')}`);
}
