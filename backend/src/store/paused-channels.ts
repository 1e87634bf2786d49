import { isPaused } from './lanes.js';
import type { Sql } from './sql.js';

export interface PausedChannel {
  name: string;
  pausedBy: string | null;
  pauseReason: string | null;
}

/** The channels that are paused now, by their names. */
export async function readPausedChannels(sql: Sql): Promise<Map<string, PausedChannel>> {
  const { rows } = await sql.query<PausedChannel>({ name: 'paused-channels', text: PAUSED, values: [] });
  return new Map(rows.map((channel) => [channel.name, channel]));
}

const PAUSED = `SELECT name, "pausedBy", "pauseReason" FROM "Channel" c WHERE ${isPaused('c', 'clock_timestamp()')}`;
