import { readPanelErrors, readPanelErrorWeeks } from '@job-manager/engine/store/alerts/facts';
import { formatDuration } from '@job-manager/engine/store/format-duration';
import { type AlertSource, type Rule, type RuleJudge, thresholdOf, windowOf } from '../source.js';
import { type Span, spansOverWindow } from '../spans.js';
import { brokenNow } from './failures.js';

/** Fewer errors in a week are none to be warned of, however few there were before. */
const MIN_ERRORS = 10;

async function spansOf(rule: Rule, source: AlertSource, from: Date): Promise<Span[]> {
  const windowMs = windowOf(rule);
  const minutes = await readPanelErrors(source.sql, new Date(from.getTime() - windowMs));
  const samples = minutes.map(({ at, errors }) => ({ subject: 'browsers', at, values: [errors] }));
  const range = { windowMs, from: from.getTime(), now: source.now.getTime() };
  return spansOverWindow(samples, range, ([errors = 0]) => errors >= thresholdOf(rule));
}

export const panelErrors: RuleJudge = {
  find: async (rule, source) => {
    const windowMs = windowOf(rule);
    const from = new Date(source.now.getTime() - windowMs);
    if (brokenNow(await spansOf(rule, source, from)).length === 0) return [];
    const errors = (await readPanelErrors(source.sql, from)).reduce((sum, minute) => sum + minute.errors, 0);
    const title = `Browsers reported ${errors.toLocaleString('en')} errors in ${formatDuration(windowMs)}`;
    return [{ subject: 'browsers', title, cause: `The rule allows fewer than ${thresholdOf(rule)}.`, count: errors }];
  },
  replay: spansOf,
};

export const panelErrorsRising: RuleJudge = {
  find: async (rule, { sql }) => {
    const { now, before } = await readPanelErrorWeeks(sql);
    if (before === 0 || now < MIN_ERRORS || now <= before * (1 + thresholdOf(rule) / 100)) return [];
    const title = `Errors of browsers rise: ${now.toLocaleString('en')} in the last seven days`;
    return [
      {
        subject: 'browsers',
        title,
        cause: `In the seven days before it were ${before.toLocaleString('en')}.`,
        count: now,
      },
    ];
  },
};
