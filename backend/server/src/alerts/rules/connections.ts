import { readConnections } from '@job-manager/engine/store/alerts/facts';
import { formatDuration } from '@job-manager/engine/store/format-duration';
import { type AlertSource, type Rule, type RuleJudge, thresholdOf, windowOf } from '../source.js';
import { type Span, spansOverWindow } from '../spans.js';
import { brokenNow } from './failures.js';

/** Fewer are laptops that were closed. */
const MIN_LOST = 5;

/** Connections of a window: those that were opened in it, and those that were open on average. */
const connectionsOf = ([, opened = 0, open = 0, minutes = 0]: readonly number[]): number =>
  opened + open / Math.max(1, minutes);

async function samplesOf(source: AlertSource, from: Date) {
  const minutes = await readConnections(source.sql, from);
  return minutes.map(({ at, open, opened, lost }) => ({ subject: 'panel', at, values: [lost, opened, open, 1] }));
}

async function spansOf(rule: Rule, source: AlertSource, from: Date): Promise<Span[]> {
  const windowMs = windowOf(rule);
  const samples = await samplesOf(source, new Date(from.getTime() - windowMs));
  const range = { windowMs, from: from.getTime(), now: source.now.getTime() };
  return spansOverWindow(samples, range, (sums) => {
    const [lost = 0] = sums;
    return lost >= MIN_LOST && 100 * lost > thresholdOf(rule) * connectionsOf(sums);
  });
}

export const connectionsLost: RuleJudge = {
  find: async (rule, source) => {
    const windowMs = windowOf(rule);
    const from = new Date(source.now.getTime() - windowMs);
    if (brokenNow(await spansOf(rule, source, from)).length === 0) return [];
    const samples = await samplesOf(source, from);
    const sums = [0, 1, 2, 3].map((field) => samples.reduce((sum, { values }) => sum + (values[field] ?? 0), 0));
    const [lost = 0] = sums;
    const title = `${lost.toLocaleString('en')} live connections lost in ${formatDuration(windowMs)}`;
    const percent = Math.min(100, Math.round((100 * lost) / Math.max(1, connectionsOf(sums))));
    const cause = `${percent} % of the panel’s connections broke off without being closed; the rule allows ${thresholdOf(rule)} %. Check the network and the proxies that end idle connections.`;
    return [{ subject: 'panel', title, cause, count: lost }];
  },
  replay: spansOf,
};
