import { RateLimiterMemory } from 'rate-limiter-flexible';
import { network } from '../../auth/attempts.js';

/** Reports per minute from one address: a broken page in each tab of a person, not a program that floods. */
const PER_ADDRESS = 60;
/** Reports per minute from everywhere. */
const IN_ALL = 600;

const MINUTE_MS = 60_000;
/** Of one kind so many a minute are kept one by one; */
const ONE_BY_ONE = 10;
/** beyond, each tenth is kept and stands for those before it. */
const EACH = 10;
/** Kinds remembered before old ones are forgotten. */
const MAX_KINDS = 2_000;

/** Whether an address may report one more error now. Counted in this process; several API processes allow each their own. */
export type Intake = (ip: string | null) => Promise<boolean>;

/** Limits reports per address and in all. */
export function createIntake(): Intake {
  const address = new RateLimiterMemory({ keyPrefix: 'errors', points: PER_ADDRESS, duration: MINUTE_MS / 1_000 });
  const all = new RateLimiterMemory({ points: IN_ALL, duration: MINUTE_MS / 1_000 });
  const isWithin = (limiter: RateLimiterMemory, key: string) =>
    limiter.consume(key).then(
      () => true,
      () => false,
    );
  return async (ip) => (await isWithin(address, network(ip))) && (await isWithin(all, 'all'));
}

/** With which count an occurrence is to be kept; 0: not at all, a later one of its kind stands for it. */
export type Sampler = (fingerprint: string, count: number) => number;

/**
 * Thins out reports that come too often. The counts of kept reports add up to those received, but for the last few of a kind
 * (less than ten a minute) that nothing followed. `now` is a monotonic clock in milliseconds.
 */
export function createSampler(now: () => number): Sampler {
  const kinds = new Map<string, { since: number; seen: number; waiting: number }>();

  return (fingerprint, count) => {
    const kind = kinds.get(fingerprint) ?? { since: now(), seen: 0, waiting: 0 };
    if (kinds.size >= MAX_KINDS) forgetOld();
    kinds.set(fingerprint, kind);
    if (now() - kind.since >= MINUTE_MS) Object.assign(kind, { since: now(), seen: 0 });
    kind.seen += 1;
    kind.waiting += count;
    if (kind.seen > ONE_BY_ONE && (kind.seen - ONE_BY_ONE) % EACH !== 0) return 0;
    const total = kind.waiting;
    kind.waiting = 0;
    return total;
  };

  function forgetOld(): void {
    for (const [fingerprint, { since }] of kinds) if (now() - since >= MINUTE_MS) kinds.delete(fingerprint);
  }
}
