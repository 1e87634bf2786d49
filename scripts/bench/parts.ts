import { enqueueToStart } from './enqueue-to-start.js';
import { eventToPixel } from './event-to-pixel.js';
import type { EnginePart, Part } from './figure.js';
import { firstLoad } from './first-load.js';
import { historyApi } from './history-api.js';
import { idleTabs } from './idle-tabs.js';
import { messages } from './messages.js';
import { fiftyRunners } from './panel/fifty-runners.js';
import { idlePanel } from './panel/idle-panel.js';
import { panelActive } from './panel/panel-active.js';
import { panelAtScale } from './panel/panel-at-scale.js';
import { panelHour } from './panel/panel-hour.js';
import { panelLog } from './panel/panel-log.js';
import { drain } from './peers/drain.js';
import { enqueueBulk } from './peers/enqueue-bulk.js';
import { enqueueSingle } from './peers/enqueue-single.js';
import { keptPrice } from './peers/kept-price.js';
import { pickup } from './peers/pickup.js';
import { pickupUnderLoad } from './peers/pickup-under-load.js';
import { beatsAndSamples } from './processes/beats-and-samples.js';
import { chattyJob } from './processes/chatty-job.js';
import { fourRunners } from './processes/four-runners.js';
import { idleRunner } from './processes/idle-runner.js';
import { thousandSockets } from './processes/thousand-sockets.js';
import { drainKinds } from './scale/drain-kinds.js';
import { historyFilters } from './scale/history-filters.js';
import { longHistory } from './scale/long-history.js';
import { metricsReads } from './scale/metrics-reads.js';
import { openSnapshot } from './scale/open-snapshot.js';
import { steadyDay } from './scale/steady-day.js';
import { scriptSize } from './script-size.js';

/** The measurements of the engine alone, in this order, before the product is started. */
export const engineParts: EnginePart[] = [
  drain,
  enqueueSingle,
  enqueueBulk,
  pickup,
  pickupUnderLoad,
  keptPrice,
  drainKinds,
  openSnapshot,
  fourRunners,
  idleRunner,
  beatsAndSamples,
  chattyJob,
  thousandSockets,
  longHistory,
  historyFilters,
  metricsReads,
  steadyDay,
];

/** The measurements of the product, in this order. */
export const productParts: Part[] = [
  firstLoad,
  scriptSize,
  enqueueToStart,
  eventToPixel,
  historyApi,
  idleTabs,
  messages,
  panelHour,
  panelActive,
  panelLog,
  idlePanel,
  fiftyRunners,
  panelAtScale,
];
