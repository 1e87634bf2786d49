import { drainRate } from './drain-rate.js';
import { enqueueToStart } from './enqueue-to-start.js';
import { eventToPixel } from './event-to-pixel.js';
import type { Part } from './figure.js';
import { firstLoad } from './first-load.js';
import { historyApi } from './history-api.js';
import { idleTabs } from './idle-tabs.js';
import { messages } from './messages.js';
import { scriptSize } from './script-size.js';

/** What is measured, in this order. The drain comes last: it adds to the history. */
export const parts: Part[] = [
  firstLoad,
  scriptSize,
  enqueueToStart,
  eventToPixel,
  historyApi,
  idleTabs,
  messages,
  drainRate,
];
