import { isIPv4, isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_S = 15 * 60;
/** Wrong passwords for one account from one address: a person who forgot, not a program that guesses. */
const PER_ACCOUNT_AND_ADDRESS = 10;
/** Wrong passwords from one address, whatever the account: an office behind one address still gets in. */
const PER_ADDRESS = 100;

/** Too many wrong passwords or codes; `retryAfterS` seconds until the next try counts. */
export class TooManyAttempts extends Error {
  constructor(
    readonly retryAfterS: number,
    readonly of: 'passwords' | 'codes' = 'passwords',
  ) {
    super(`Too many wrong ${of}`);
  }
}

export interface Attempts {
  /** Counts a try before the password is looked at, so that tries sent at once don't slip through. Throws TooManyAttempts. */
  begin(email: string, ip: string | null): Promise<void>;
  /** Takes a try back that turned out right, where more is asked for: the wrong ones before it still count. */
  release(email: string, ip: string | null): Promise<void>;
  /** Takes a try back that turned out right, and forgets the wrong ones before it. */
  succeed(email: string, ip: string | null): Promise<void>;
}

/**
 * Limits guessing per address, and per account *from* an address: no stranger can lock somebody out by
 * guessing at their account from elsewhere. Counted in this process; several API processes allow each their own.
 */
export function createAttempts(): Attempts {
  const pair = new RateLimiterMemory({ keyPrefix: 'pair', points: PER_ACCOUNT_AND_ADDRESS, duration: WINDOW_S });
  const address = new RateLimiterMemory({ keyPrefix: 'address', points: PER_ADDRESS, duration: WINDOW_S });
  const pairKey = (email: string, ip: string | null) => `${email} ${network(ip)}`;
  return {
    begin: async (email, ip) => {
      await consume(address, network(ip));
      await consume(pair, pairKey(email, ip));
    },
    release: async (email, ip) => {
      await address.reward(network(ip), 1);
      await pair.reward(pairKey(email, ip), 1);
    },
    succeed: async (email, ip) => {
      await address.reward(network(ip), 1);
      await pair.delete(pairKey(email, ip));
    },
  };
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) throw new TooManyAttempts(Math.ceil(refusal.msBeforeNext / 1_000));
    throw refusal;
  }
}

/** Who an address stands for: one IPv4 address, or the /64 that an IPv6 subscriber has to himself. */
export function network(ip: string | null): string {
  if (ip === null) return 'unknown';
  const mapped = ip.replace(/^::ffff:/i, '');
  if (isIPv4(mapped)) return mapped;
  if (!isIPv6(ip)) return 'unknown';
  return expand(ip).slice(0, 4).join(':');
}

/** The eight groups of an IPv6 address. */
function expand(ip: string): string[] {
  const [head = '', tail = ''] = (ip.split('%')[0] ?? '').toLowerCase().split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const missing = 8 - groups(head).length - groups(tail).length;
  return [...groups(head), ...Array(Math.max(0, missing)).fill('0'), ...groups(tail)].map((group) =>
    group.replace(/^0+(?=.)/, ''),
  );
}
