import type { Actor } from '@job-manager/client/actor';
import { refusal } from '@job-manager/client/errors';
import type { ChannelChange } from '@job-manager/shared/contract/channels';
import { limits } from '@job-manager/shared/limits';
import { type ChannelRow, listChannels, readChannel } from '../store/channel-list.js';
import type { Notifier } from '../store/notifier.js';
import type { Sql } from '../store/sql.js';
import { ChangedMeanwhile, QueueError } from './errors.js';
import { checkMaxDate } from './max-date.js';
import type { Registry } from './registry.js';
import { storableText } from './storable.js';
import { pauseChannel, resumeChannel, setChannel } from './transitions/channel.js';
import type { Pause } from './transitions/pause.js';

/** Reads and changes channels. Each change is one statement, its audit entry included; refusals are QueueErrors. */
export interface Channels {
  /** Those with settings, with jobs or with runs. */
  list(): Promise<ChannelRow[]>;
  /** Changes limits and weight; null takes a limit away, and what is left out stays. With `rev` refused where another change came in between. */
  set(name: string, change: ChannelChange & { rev?: number }, actor: Actor): Promise<ChannelRow>;
  /** Starts nothing more; what is running goes on. Pausing what is paused gives it this reason and this end. */
  pause(name: string, pause: Pause, actor: Actor): Promise<ChannelRow>;
  /** Resuming what isn't paused changes nothing. */
  resume(name: string, actor: Actor): Promise<ChannelRow>;
}

export interface ChannelsOptions {
  sql: Sql;
  /** For the list; `sql` unless given. */
  plannedSql?: Sql;
  registry: Registry;
  notifier: Pick<Notifier, 'queued'>;
}

/** Creates the interface to channels. */
export function createChannels({ sql, plannedSql = sql, registry, notifier }: ChannelsOptions): Channels {
  return {
    list: () => listChannels(plannedSql, [...new Set(registry.definitions().map(({ channel }) => channel))]),

    set: async (name, { rev = null, ...change }, actor) => {
      if (Object.keys(change).length === 0) throw new QueueError('INVALID_INPUT', NO_CHANGE);
      const isRateLifted = change.rateLimit === null && change.ratePeriodMs === undefined;
      const whole = isRateLifted ? { ...change, ratePeriodMs: null } : change;
      if (!(await setChannel(sql, { name, change: whole, rev }, actor).catch(explainHalfARate))) {
        const message = `Channel "${name}" was changed meanwhile; nothing of this change was kept.`;
        throw new ChangedMeanwhile(message, await readChannel(sql, name));
      }
      // The channel may have more room now than runners have read.
      notifier.queued();
      return readChannel(sql, name);
    },

    pause: async (name, pause, actor) => {
      if (pause.resumeAt !== null) checkMaxDate(pause.resumeAt, 'resumeAt');
      const reason = pause.reason && storableText(pause.reason, limits.reasonChars);
      if (!(await pauseChannel(sql, name, { ...pause, reason }, actor))) throw inThePast();
      return readChannel(sql, name);
    },

    resume: async (name, actor) => {
      if (await resumeChannel(sql, name, actor)) notifier.queued();
      return readChannel(sql, name);
    },
  };
}

const inThePast = () =>
  new QueueError('INVALID_INPUT', 'resumeAt has passed: a pause can only end in the future.', [
    { path: 'resumeAt', message: 'must lie in the future' },
  ]);

/** The table refuses a rate limit without a period, and a period without a rate limit, whatever was there before. */
function explainHalfARate(error: unknown): never {
  if ((error as { code?: unknown } | null)?.code !== CHECK_VIOLATION) throw error;
  throw refusal('INVALID_INPUT', 'ratePeriodMs', 'goes with rateLimit, and only with it');
}
const NO_CHANGE = 'The call names nothing to change; null takes a limit away.';
const CHECK_VIOLATION = '23514';
