/** What a rule is about: jobs, channels, or the installation as a whole. */
export type AlertSubjectKind = 'jobs' | 'channels' | 'all';

interface AlertKind {
  /** As lists name it. */
  label: string;
  /** When an incident opens, for people who write a rule. */
  description: string;
  subject: AlertSubjectKind;
  /** From which figure on; absent where the kind has none. */
  threshold?: { unit: string; fallback: number | null; min: number; max: number };
  /** Within how long; absent where the kind has no window. */
  windowMs?: { fallback: number; max: number };
  /** Whether enough data is stored to compute what the rule would have done in the last seven days. */
  hasTrial: boolean;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Every kind of rule: the server judges by it, the panel draws its form by it. */
export const alertKinds = {
  runFailed: {
    label: 'Run failed for good',
    description: 'A run ended as failed, with no attempt left. Over when a later run of the job succeeds.',
    subject: 'jobs',
    hasTrial: true,
  },
  failureRate: {
    label: 'Failure rate',
    description: 'So many per cent of the runs that ended within the window failed, and at least five.',
    subject: 'jobs',
    threshold: { unit: '%', fallback: 20, min: 1, max: 100 },
    windowMs: { fallback: HOUR_MS, max: DAY_MS },
    hasTrial: true,
  },
  failuresRising: {
    label: 'Failures rising, week over week',
    description: 'The failure rate of the last seven days is so many per cent above that of the seven days before.',
    subject: 'all',
    threshold: { unit: '%', fallback: 50, min: 1, max: 10_000 },
    hasTrial: false,
  },
  slowRuns: {
    label: 'Slow runs',
    description: 'A run takes longer than its job is expected to.',
    subject: 'jobs',
    hasTrial: false,
  },
  stalledRuns: {
    label: 'Stalled runs',
    description: 'More runs than this were recovered within the window because their runner sent no heartbeats.',
    subject: 'all',
    threshold: { unit: 'runs', fallback: 2, min: 0, max: 1_000_000 },
    windowMs: { fallback: DAY_MS, max: 7 * DAY_MS },
    hasTrial: true,
  },
  noSuccess: {
    label: 'No success within',
    description: 'A job that should succeed regularly did not within the window (a dead man’s switch).',
    subject: 'jobs',
    windowMs: { fallback: DAY_MS, max: 7 * DAY_MS },
    hasTrial: false,
  },
  channelLate: {
    label: 'Channel over target',
    description:
      'The oldest due run waits longer than the channel’s target, or than so many seconds where they are set.',
    subject: 'channels',
    threshold: { unit: 's', fallback: null, min: 1, max: 604_800 },
    hasTrial: true,
  },
  queueDepth: {
    label: 'Queue depth',
    description: 'At least so many due runs wait.',
    subject: 'channels',
    threshold: { unit: 'runs', fallback: 1_000, min: 1, max: 100_000_000 },
    hasTrial: true,
  },
  noRunner: {
    label: 'No active runner',
    description: 'No runner claims runs.',
    subject: 'all',
    hasTrial: false,
  },
  runnerLost: {
    label: 'Runner lost',
    description: 'A runner ended, or sent no heartbeat for longer than its leases last.',
    subject: 'all',
    hasTrial: true,
  },
  scheduleSkipped: {
    label: 'Schedule skipped',
    description: 'A schedule that is not paused came due and no run was queued.',
    subject: 'jobs',
    windowMs: { fallback: HOUR_MS, max: DAY_MS },
    hasTrial: true,
  },
  newCause: {
    label: 'New error kind',
    description: 'Runs fail of a cause that was never seen, or of one that was resolved.',
    subject: 'jobs',
    windowMs: { fallback: HOUR_MS, max: DAY_MS },
    hasTrial: true,
  },
  panelErrors: {
    label: 'Errors of browsers',
    description: 'Browsers reported at least so many errors within the window.',
    subject: 'all',
    threshold: { unit: 'errors', fallback: 50, min: 1, max: 1_000_000 },
    windowMs: { fallback: HOUR_MS, max: DAY_MS },
    hasTrial: true,
  },
  panelErrorsRising: {
    label: 'Errors of browsers rising, week over week',
    description: 'Browsers reported so many per cent more errors in the last seven days than in the seven days before.',
    subject: 'all',
    threshold: { unit: '%', fallback: 50, min: 1, max: 10_000 },
    hasTrial: false,
  },
  connectionsLost: {
    label: 'Live connections lost',
    description:
      'So many per cent of the panel’s live connections broke off within the window without being closed, and at least five.',
    subject: 'all',
    threshold: { unit: '%', fallback: 5, min: 1, max: 100 },
    windowMs: { fallback: HOUR_MS, max: DAY_MS },
    hasTrial: true,
  },
  health: {
    label: 'Health verdict',
    description: 'Health gives a reason, at least as severe as the rule. One incident for each kind of reason.',
    subject: 'all',
    hasTrial: false,
  },
} as const satisfies Record<string, AlertKind>;

export type AlertRuleKind = keyof typeof alertKinds;
export const alertRuleKinds = Object.keys(alertKinds) as [AlertRuleKind, ...AlertRuleKind[]];
/** What a kind of rule is like. */
export const alertKindOf = (kind: AlertRuleKind): AlertKind => alertKinds[kind];

export const alertSeverities = ['WARNING', 'CRITICAL'] as const;
export type AlertSeverity = (typeof alertSeverities)[number];

export const destinationKinds = ['EMAIL', 'WEBHOOK', 'SLACK'] as const;
export type DestinationKind = (typeof destinationKinds)[number];

/** What a message is about. */
export const alertEvents = ['opened', 'reopened', 'reminder', 'closed', 'test'] as const;
export type AlertEvent = (typeof alertEvents)[number];

/** An incident ends by itself when its condition has been gone for so long. */
export const CLOSES_AFTER_MS = 300_000;
/** What comes back so soon after its incident ended by itself is the same incident. */
export const REOPENS_WITHIN_MS = 600_000;
/** Messages to a destination within an hour; what is beyond is sent together. */
export const MAX_MESSAGES_PER_HOUR = 30;
