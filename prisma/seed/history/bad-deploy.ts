import type { Random } from '../random.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.js';
import type { Draft, Failure } from './draft.js';
import { dueTimes, type Span } from './rhythm.js';

const BEFORE = '0.9.2';
const BAD = '0.9.3';
const AFTER = '1.0.0';

/** One cause for all of them: they are folded into one line where failures are grouped. */
const CAUSE: Failure = {
  error: "TypeError: Cannot read properties of undefined (reading 'normalize')",
  stack:
    "TypeError: Cannot read properties of undefined (reading 'normalize')\n    at describeText (backend/sample/src/text-features.ts:41:18)\n    at describeBatch (backend/sample/src/content-features.ts:88:12)",
};

/** Features of new posts, every few minutes. Five days before the end a version came that failed each time, and left after an hour. */
export function contentFeatures(span: Span, random: Random): Draft[] {
  const broken = Math.floor((span.until - 5 * DAY_MS) / DAY_MS) * DAY_MS + 14 * HOUR_MS + 6 * MINUTE_MS;
  const mended = broken + 70 * MINUTE_MS;
  const usual = dueTimes(span, 20 * MINUTE_MS, 7);
  // Posts that were not described are asked for again and again.
  const again = dueTimes({ from: broken, until: mended }, MINUTE_MS);
  return [...usual, ...again].map((at): Draft => {
    const isBroken = at >= broken && at < mended;
    return {
      jobName: 'content-features',
      version: at < broken ? BEFORE : isBroken ? BAD : AFTER,
      trigger: 'EVENT',
      isByToken: true,
      parameters: { batchSize: 500 },
      queuedAt: at + random.int(0, 20_000),
      waitMs: random.logNormal(30, 0.6),
      workMs: isBroken ? random.logNormal(90, 0.3) : random.logNormal(1_100, 0.3),
      status: isBroken ? 'FAILED' : 'SUCCESS',
      failedBefore: isBroken ? [CAUSE, CAUSE] : [],
      failure: isBroken ? CAUSE : undefined,
      metadata: isBroken ? {} : { postsDescribed: random.int(4, 60) },
    };
  });
}
