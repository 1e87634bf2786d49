/** Which messages of a run are certainly here: those up to a number, and perhaps some beyond a hole. */
export interface LogCoverage {
  /** Nothing up to this number is missing. */
  readonly readUpTo: number;
  /** Received while those before them are still to be read. */
  readonly ahead: { readonly from: number; readonly to: number } | null;
}

export const noCoverage: LogCoverage = { readUpTo: 0, ahead: null };

/** After the socket delivered messages `from` to `to`, which follow each other. */
export function withTold(before: LogCoverage, from: number, to: number): LogCoverage {
  const { readUpTo, ahead } = before;
  if (to <= readUpTo) return before;
  if (from <= readUpTo + 1) return joined({ readUpTo: to, ahead });
  const continues = ahead !== null && from <= ahead.to + 1;
  return { readUpTo, ahead: continues ? { from: ahead.from, to: Math.max(ahead.to, to) } : { from, to } };
}

/** After a page of what follows `readUpTo` was read; `to` is its last number, undefined for an empty page. */
export function withRead({ readUpTo, ahead }: LogCoverage, to: number | undefined): LogCoverage {
  // Nothing is left to read: what seemed a hole are messages that have been dropped.
  if (to === undefined) return { readUpTo: ahead?.to ?? readUpTo, ahead: null };
  return joined({ readUpTo: Math.max(readUpTo, to), ahead });
}

/** The last message that is here. */
export const lastOf = ({ readUpTo, ahead }: LogCoverage): number => ahead?.to ?? readUpTo;

function joined({ readUpTo, ahead }: LogCoverage): LogCoverage {
  if (ahead === null || ahead.from > readUpTo + 1) return { readUpTo, ahead };
  return { readUpTo: Math.max(readUpTo, ahead.to), ahead: null };
}
