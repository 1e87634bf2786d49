import { type ChannelSample, readChannelSamples } from '@job-manager/engine/store/alerts/facts';
import { formatDuration } from '@job-manager/engine/store/format-duration';
import { type AlertSource, type Finding, type Rule, type RuleJudge, thresholdOf } from '../source.js';
import { type Span, spansOfSamples } from '../spans.js';
import { brokenNow } from './failures.js';

/** Samples come each minute; what two and a half of them are missing is unknown. */
const HELD_MS = 150_000;
/** How long a due run may wait in a channel that has no target of its own. */
const TARGET_WAIT_MS = 5 * 60_000;

type Measure = (sample: ChannelSample) => boolean;

async function spansOf(
  source: AlertSource,
  from: Date,
  { covers, isOver }: { covers: Measure; isOver: Measure },
): Promise<{ spans: Span[]; samples: ChannelSample[] }> {
  const samples = (await readChannelSamples(source.sql, from)).filter(covers);
  const measured = samples.map((sample) => ({
    subject: sample.channel,
    at: sample.at,
    values: [isOver(sample) ? 1 : 0],
  }));
  const range = { heldMs: HELD_MS, from: from.getTime(), now: source.now.getTime() };
  return { spans: spansOfSamples(measured, range, ([over = 0]) => over > 0), samples };
}

/** The current values, by the samples of the last minutes. */
async function findNow(
  source: AlertSource,
  measures: { covers: Measure; isOver: Measure },
  describe: (sample: ChannelSample) => Pick<Finding, 'title' | 'cause' | 'count'>,
): Promise<Finding[]> {
  const { spans, samples } = await spansOf(source, new Date(source.now.getTime() - HELD_MS), measures);
  return brokenNow(spans).flatMap(({ subject }) => {
    const last = samples.filter(({ channel }) => channel === subject).sort((one, other) => other.at - one.at)[0];
    return last ? [{ subject, ...(subject !== '' && { channel: subject }), ...describe(last) }] : [];
  });
}

const limitOf = (rule: Rule, { targetWaitMs }: ChannelSample): number =>
  rule.threshold === null ? (targetWaitMs ?? TARGET_WAIT_MS) : 1_000 * rule.threshold;

const lateIn = (rule: Rule) => ({
  covers: ({ channel, isPaused }: ChannelSample) =>
    channel !== '' && !isPaused && (rule.channels.length === 0 || rule.channels.includes(channel)),
  isOver: (sample: ChannelSample) => sample.oldestDueAgeMs > limitOf(rule, sample),
});

export const channelLate: RuleJudge = {
  find: (rule, source) =>
    findNow(source, lateIn(rule), (sample) => ({
      title: `${sample.channel} waits longer than ${formatDuration(limitOf(rule, sample))}`,
      cause: `The oldest of ${sample.due.toLocaleString('en')} due runs has waited for ${formatDuration(sample.oldestDueAgeMs)}.`,
      count: sample.due,
    })),
  replay: async (rule, source, from) => (await spansOf(source, from, lateIn(rule))).spans,
};

const deepIn = (rule: Rule) => ({
  covers: ({ channel }: ChannelSample) =>
    rule.channels.length === 0 ? channel === '' : rule.channels.includes(channel),
  isOver: ({ due }: ChannelSample) => due >= thresholdOf(rule),
});

export const queueDepth: RuleJudge = {
  find: (rule, source) =>
    findNow(source, deepIn(rule), ({ channel, due }) => ({
      title: `${due.toLocaleString('en')} due runs wait${channel === '' ? '' : ` in ${channel}`}`,
      cause: `The rule allows fewer than ${thresholdOf(rule).toLocaleString('en')}.`,
      count: due,
    })),
  replay: async (rule, source, from) => {
    const { spans } = await spansOf(source, from, deepIn(rule));
    return spans.map((span) => ({ ...span, subject: span.subject || 'all channels' }));
  },
};
