import { isIPv4, isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_S = 15 * 60;
/** Wrong passwords for one account from one network: a person who forgot, not a program that guesses. */
const PER_ACCOUNT_AND_NETWORK = 10;
/** Wrong passwords for one account from all networks that its person never signed in from. */
const PER_ACCOUNT_FROM_STRANGERS = 30;
/** Wrong passwords from one network, whatever the account: an office behind one address still gets in. */
const PER_NETWORK = 100;
/**
 * Right passwords of one account: the error message recommends people and scripts that sign in for each call to keep
 * their session.
 */
const SIGN_INS_PER_ACCOUNT = 30;

/** Too many wrong passwords, or too many sign-ins; `retryAfterS` seconds until the next try counts. */
export class TooManyAttempts extends Error {
  constructor(
    readonly retryAfterS: number,
    readonly what: 'wrong passwords' | 'wrong codes' | 'sign-ins' = 'wrong passwords',
  ) {
    super(`Too many ${what}`);
  }
}

/** The account's data that is read before the password is checked; null for an address that has none. */
export interface AttemptedAccount {
  id: number;
  attemptsResetAt: Date | null;
  /** Whether its person has signed in from this network before. */
  isKnownNetwork: boolean;
}

/** A person who tries to sign in. */
export interface Attempt {
  email: string;
  ip: string | null;
  account: AttemptedAccount | null;
}

export interface Attempts {
  /**
   * Counts a try before the password is looked at, so that tries sent at once don't slip through. Throws
   * TooManyAttempts.
   */
  begin(attempt: Attempt): Promise<void>;
  /** Undoes a counted try that turned out right, where a second step follows: the wrong ones before it still count. */
  release(attempt: Attempt): Promise<void>;
  /**
   * Takes a try back that turned out right, and forgets the wrong ones before it. Throws TooManyAttempts beyond the
   * sign-ins of an account.
   */
  succeed(attempt: Attempt): Promise<void>;
  /**
   * The same for the current password, which changes of one's own account require: counted apart, so a lock at signing
   * in leaves it alone.
   */
  beginOwn(account: OwnAccount): Promise<void>;
  succeedOwn(account: OwnAccount): Promise<void>;
}

type OwnAccount = Pick<AttemptedAccount, 'id' | 'attemptsResetAt'>;

/**
 * Limits guessing per network, per account from a network, and per account from all networks that are new to it: no
 * stranger locks a person out of where they sign in from. A reset of the account restarts all of its counts.
 * Counted in this process; several API processes allow each their own.
 */
export function createAttempts(): Attempts {
  const limiter = (keyPrefix: string, points: number) =>
    new RateLimiterMemory({ keyPrefix, points, duration: WINDOW_S });
  const pair = limiter('pair', PER_ACCOUNT_AND_NETWORK);
  const strangers = limiter('strangers', PER_ACCOUNT_FROM_STRANGERS);
  const networks = limiter('network', PER_NETWORK);
  const signIns = limiter('sign-ins', SIGN_INS_PER_ACCOUNT);
  const own = limiter('own', PER_ACCOUNT_AND_NETWORK);
  const pairKey = (attempt: Attempt) => `${accountKey(attempt)} ${network(attempt.ip)}`;
  return {
    // What an account's own limit refuses doesn't count against the network: one account locks no office out.
    begin: async (attempt) => {
      await consume(pair, pairKey(attempt));
      if (!attempt.account?.isKnownNetwork) await consume(strangers, accountKey(attempt));
      await consume(networks, network(attempt.ip)).catch((refusal) => {
        if (!isResetSince(attempt, refusal)) throw refusal;
      });
    },
    release: async (attempt) => {
      await networks.reward(network(attempt.ip), 1);
      if (!attempt.account?.isKnownNetwork) await strangers.reward(accountKey(attempt), 1);
      await pair.reward(pairKey(attempt), 1);
    },
    succeed: async (attempt) => {
      await networks.reward(network(attempt.ip), 1);
      if (!attempt.account?.isKnownNetwork) await strangers.reward(accountKey(attempt), 1);
      await pair.delete(pairKey(attempt));
      await consume(signIns, accountKey(attempt), 'sign-ins');
    },
    beginOwn: (account) => consume(own, ownKey(account)),
    succeedOwn: async (account) => {
      await own.delete(ownKey(account));
    },
  };
}

/** By id and reset, so that what was counted before a reset, or before there was an account, is another's. */
const ownKey = ({ id, attemptsResetAt }: OwnAccount): string => `${id} ${attemptsResetAt?.getTime() ?? 0}`;
const accountKey = ({ account, email }: Attempt): string => (account ? ownKey(account) : email);

/** Whether the account was reset after the network's count began: then the reset lifts this lock for it, too. */
function isResetSince({ account }: Attempt, refusal: unknown): boolean {
  if (!account?.attemptsResetAt || !(refusal instanceof TooManyAttempts)) return false;
  // Rounded up to the second by `retryAfterS`.
  return account.attemptsResetAt.getTime() >= Date.now() - (WINDOW_S - refusal.retryAfterS + 1) * 1_000;
}

async function consume(limiter: RateLimiterMemory, key: string, what?: TooManyAttempts['what']): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) throw new TooManyAttempts(Math.ceil(refusal.msBeforeNext / 1_000), what);
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
