import type { Config } from '@job-manager/engine/config';
import { MaintenanceLoop, type MaintenanceLoopOptions } from '@job-manager/engine/queue/maintenance/maintenance-loop';
import { sendingAlerts } from './deliver.js';
import { createDestinationSecrets } from './destination-secrets.js';
import { type JudgeDeps, judgingRules } from './judge-rules.js';
import type { PanelUrl } from './message.js';
import { OutageWatch } from './outage.js';
import { type AlertSender, createAlertSender } from './send.js';

const EVERY_MS = 15_000;

/** Judges rules and sends messages, in every server; one at a time does it for all. */
export function createAlertAgent(
  deps: JudgeDeps & Pick<MaintenanceLoopOptions, 'events'> & { config: Config; mount?: string },
): MaintenanceLoop {
  const { sql, events, config, mount } = deps;
  const sender = alertSenderOf(config, mount);
  const outages = new OutageWatch();
  return new MaintenanceLoop({
    sql,
    events,
    tasks: [judgingRules({ ...deps, outage: () => outages.news }), sendingAlerts({ sql, sender })],
    everyMs: EVERY_MS,
    onPass: (isReached) => outages.note(isReached),
  });
}

/** The sender of a server; `mount` is where another application has mounted it. */
export function alertSenderOf(config: Config, mount?: string): AlertSender {
  const secrets = createDestinationSecrets(config, { isEmbedded: mount !== undefined });
  return createAlertSender({ config, secrets, panel: panelUrl(config, mount) });
}

/** Where people find the panel: PUBLIC_URL, else what the server listens on. */
const panelUrl = ({ PUBLIC_URL, HOST, PORT }: Config, mount = ''): PanelUrl =>
  `${(PUBLIC_URL ?? `http://${HOST}:${PORT}`).replace(/\/$/, '')}${mount}`;
