/** How often a fault was really injected, counted where it happened, and how often it was required. */
export interface Injection {
  /** A description, such as `kills with -9`. */
  what: string;
  count: number;
  target: number;
  /** It is among those listed before it: no more faults, but a further requirement for them. */
  isPart?: true;
}

/** What one test injected and found: a line of the table that `pnpm test:faults` ends with. */
export interface Finding {
  fault: string;
  injected: Injection[];
  runs: number;
  lost: number;
  doubled: number;
  stuck: number;
  /** Other figures worth telling. */
  details: string;
  seconds: number;
}

/** Such as `5,012 of 5,000`, for people. */
export const countOf = ({ count, target }: Injection): string =>
  `${count.toLocaleString('en')} of ${target.toLocaleString('en')}`;
