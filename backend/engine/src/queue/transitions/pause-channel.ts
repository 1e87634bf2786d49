import { pausing, resuming } from './pause-named.js';

/** The settings of channels, by their names. */
export const CHANNELS = { table: '"Channel"', key: 'name' };

/** Lets nothing more start in a channel; one that is paused is paused anew. False, and nothing, for a `resumeAt` that has passed. */
export const pauseChannel = pausing(CHANNELS, 'channel');

/** Lets a paused channel go on. False, and nothing, where it isn't paused. */
export const resumeChannel = resuming(CHANNELS, 'channel');
