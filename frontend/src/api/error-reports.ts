import type { ClientErrorReport } from '@job-manager/shared/contract/errors';
import { limits } from '@job-manager/shared/limits';
import { mount } from './mount';
import type { TrackedError } from './recent-errors';

/** Collected for so long before they are sent together. */
const BATCH_MS = 2_000;
const MAX_PER_REPORT = 10;
/** Together within what the server takes in one call. */
const MAX_STACK_CHARS = 3_000;
const MAX_PARAMS_CHARS = 1_000;
/** Kinds of errors sent per minute; a page that fails in a loop must not flood the server. */
const MAX_PER_MINUTE = 30;

let waiting = new Map<string, ClientErrorReport>();
let timer: ReturnType<typeof setTimeout> | undefined;
let minute = { startedAt: 0, sent: 0 };

/** Sends an error to the server, batched with others; equal ones are counted instead of repeated. */
export function report(entry: TrackedError): void {
  const key = `${entry.level} ${entry.context.action} ${entry.message}`;
  const known = waiting.get(key);
  if (known) known.count = Math.min(10_000, (known.count ?? 1) + 1);
  else if (waiting.size < MAX_PER_REPORT && isWithinLimit()) waiting.set(key, reportOf(entry));
  timer ??= setTimeout(() => void send(), BATCH_MS);
}

/** Sends the collected reports before the page closes: an ordinary request would be aborted with it. */
export function reportBeforeLeaving(): () => void {
  const flush = () => {
    if (document.visibilityState !== 'hidden' || waiting.size === 0) return;
    const body = new Blob([JSON.stringify({ errors: take() })], { type: 'application/json' });
    navigator.sendBeacon?.(`${mount}/api/errors`, body);
  };
  document.addEventListener('visibilitychange', flush);
  return () => document.removeEventListener('visibilitychange', flush);
}

async function send(): Promise<void> {
  const errors = take();
  // What can't be reported now is in the console and among the recent errors; trying again could go on for ever.
  if (errors.length > 0) await post(JSON.stringify({ errors })).catch(() => {});
}

/** Without the client of the contract: the report may be that code could not be loaded. */
const post = (body: string): Promise<Response> =>
  fetch(new URL(`${mount}/api/errors`, window.location.origin), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    credentials: 'same-origin',
    body,
  });

function take(): ClientErrorReport[] {
  clearTimeout(timer);
  timer = undefined;
  const errors = [...waiting.values()];
  waiting = new Map();
  return errors;
}

function isWithinLimit(): boolean {
  const now = Date.now();
  // Set back, the clock must not keep this minute open.
  if (now < minute.startedAt || now - minute.startedAt > 60_000) minute = { startedAt: now, sent: 0 };
  minute.sent += 1;
  return minute.sent <= MAX_PER_MINUTE;
}

function reportOf({ level, message, stack, context }: TrackedError): ClientErrorReport {
  const { action, component, jobName, jobRunId, params, url, timestamp } = context;
  return {
    level,
    message: message.slice(0, limits.clientErrorChars),
    stack: stack?.slice(0, MAX_STACK_CHARS),
    action,
    component,
    jobName,
    jobRunId,
    parameters: JSON.stringify(params ?? {}).length <= MAX_PARAMS_CHARS ? params : undefined,
    url: url.slice(0, 500),
    occurredAt: timestamp,
  };
}
