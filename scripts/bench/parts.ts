import { drainRate } from './drain-rate.js';
import { enqueueToStart } from './enqueue-to-start.js';
import { eventToPixel } from './event-to-pixel.js';
import type { EnginePart, Part } from './figure.js';
import { firstLoad } from './first-load.js';
import { historyApi } from './history-api.js';
import { idleTabs } from './idle-tabs.js';
import { messages } from './messages.js';
import { drain } from './peers/drain.js';
import { scriptSize } from './script-size.js';

/** What is measured of the engine alone, in this order, before the product is started. */
export const engineParts: EnginePart[] = [drain];

/** What is measured of the product, in this order. The drain comes last: it adds to the history. */
export const productParts: Part[] = [
  firstLoad,
  scriptSize,
  enqueueToStart,
  eventToPixel,
  historyApi,
  idleTabs,
  messages,
  drainRate,
];
