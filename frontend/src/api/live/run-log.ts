import type { JobRunMessage } from '@job-manager/shared/contract/message';
import { messageLevels } from '@job-manager/shared/message';
import type { Follow, RunMessages } from './followed-runs';

type Lines = readonly JobRunMessage[];

/** How many more messages this side may keep than the server before it drops them, too. */
const SLACK = 5_000;

/** Two lists by number into one; of doubles the first is kept. Most often the second simply follows. */
function mergeLines(before: Lines, added: Lines): Lines {
  const [first] = added;
  if (first === undefined) return before;
  if (first.seq > (before.at(-1)?.seq ?? 0)) return [...before, ...added];
  const known = new Set(before.map(({ seq }) => seq));
  const fresh = added.filter(({ seq }) => !known.has(seq));
  return fresh.length === 0 ? before : [...before, ...fresh].sort((a, b) => a.seq - b.seq);
}

/**
 * Drops what the server, which keeps `kept`, has dropped meanwhile: the oldest of the least severe. Without
 * it a talkative run would fill the tab's memory.
 */
function withoutDropped(lines: Lines, kept: number): Lines {
  let excess = lines.length - kept;
  if (excess <= SLACK) return lines;
  let remaining = lines;
  for (const level of messageLevels) remaining = remaining.filter((line) => line.level !== level || excess-- <= 0);
  return remaining;
}

/** Which messages of a run are certainly here: those up to a number, and perhaps some beyond a hole. */
interface LogCoverage {
  /** Nothing up to this number is missing. */
  readonly readUpTo: number;
  /** Received while those before them are still to be read. */
  readonly ahead: { readonly from: number; readonly to: number } | null;
}

const noCoverage: LogCoverage = { readUpTo: 0, ahead: null };

/** After the socket delivered messages `from` to `to`, which follow each other. */
function withReceived(before: LogCoverage, from: number, to: number): LogCoverage {
  const { readUpTo, ahead } = before;
  if (to <= readUpTo) return before;
  if (from <= readUpTo + 1) return joined({ readUpTo: to, ahead });
  const continues = ahead !== null && from <= ahead.to + 1;
  return { readUpTo, ahead: continues ? { from: ahead.from, to: Math.max(ahead.to, to) } : { from, to } };
}

/** After a page of what follows `readUpTo` was read; `to` is its last number, undefined for an empty page. */
function withRead({ readUpTo, ahead }: LogCoverage, to: number | undefined): LogCoverage {
  // Nothing is left to read: what seemed a hole are messages that have been dropped.
  if (to === undefined) return { readUpTo: ahead?.to ?? readUpTo, ahead: null };
  return joined({ readUpTo: Math.max(readUpTo, to), ahead });
}

/** The last message that is here. */
const lastOf = ({ readUpTo, ahead }: LogCoverage): number => ahead?.to ?? readUpTo;

function joined({ readUpTo, ahead }: LogCoverage): LogCoverage {
  if (ahead === null || ahead.from > readUpTo + 1) return { readUpTo, ahead };
  return { readUpTo: Math.max(readUpTo, ahead.to), ahead: null };
}

/** The messages of a run, as far as they were read. */
export interface RunLogState {
  /** By number, without doubles; replaced as a whole with every change. */
  readonly lines: readonly JobRunMessage[];
  /** Messages the run ever wrote, as far as the server has reported. */
  readonly messageCount: number;
  readonly droppedMessages: number;
  /** Lines that were here and have been dropped since. */
  readonly removed: number;
  /** Everything up to now has been read. */
  readonly isComplete: boolean;
  /** Why reading stopped. */
  readonly error: unknown;
}

interface RunLog {
  getState(): RunLogState;
  subscribe(listener: () => void): () => void;
  /** Reads missing messages and, of a run that continues, follows new ones; until the returned function is called. */
  open(options: { isActive: boolean; follow: Follow }): () => void;
  /** Reads on after an error. */
  retry(): void;
}

type Page = Omit<RunMessages, 'jobRunId'>;

interface Options {
  jobRunId: string;
  /** The next messages: as many as fit into a page, none where none are left. */
  readPage(afterSeq: number, signal: AbortSignal): Promise<Page>;
}

const nothing: RunLogState = {
  lines: [],
  messageCount: 0,
  droppedMessages: 0,
  removed: 0,
  isComplete: false,
  error: null,
};

/**
 * Holds the messages of one run: reads them page by page, then receives them by the socket; reads again what it misses.
 */
export function createRunLog({ jobRunId, readPage }: Options): RunLog {
  let state = nothing;
  let coverage = noCoverage;
  let reading: AbortController | null = null;
  let resume: () => Promise<void> = async () => {};
  const listeners = new Set<() => void>();

  const publish = (part: Partial<RunLogState>) => {
    state = { ...state, ...part };
    for (const listener of listeners) listener();
  };

  const take = (page: Page, part: Partial<RunLogState> = {}) => {
    const messageCount = Math.max(page.messageCount, state.messageCount);
    const droppedMessages = Math.max(page.droppedMessages, state.droppedMessages);
    const merged = mergeLines(state.lines, page.messages);
    const lines = withoutDropped(merged, messageCount - droppedMessages);
    const removed = state.removed + merged.length - lines.length;
    publish({ lines, messageCount, droppedMessages, removed, ...part });
  };

  const receive = (received: RunMessages) => {
    const [first, last] = [received.messages[0], received.messages.at(-1)];
    if (first !== undefined && last !== undefined) coverage = withReceived(coverage, first.seq, last.seq);
    take(received);
    if (coverage.ahead !== null) void read();
  };

  const readNext = async (signal: AbortSignal): Promise<void> => {
    const page = await readPage(coverage.readUpTo, signal);
    if (signal.aborted) return;
    const last = page.messages.at(-1)?.seq;
    coverage = withRead(coverage, last);
    // The last messages of all may be gone: then an empty page is the end.
    const isEnd = last === undefined || last >= page.messageCount;
    take(page, { isComplete: isEnd && coverage.ahead === null, error: null });
    if (!state.isComplete) await readNext(signal);
  };

  /** Reads until nothing is missing, unless that is going on; answers whether it got there. */
  const read = async (): Promise<boolean> => {
    if (reading !== null) return false;
    const mine = new AbortController();
    reading = mine;
    try {
      await readNext(mine.signal);
    } catch (error) {
      if (!mine.signal.aborted) publish({ error });
    }
    if (reading === mine) reading = null;
    return state.isComplete && !mine.signal.aborted;
  };

  return {
    getState: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    open({ isActive, follow }) {
      let unfollow = () => {};
      let isOpen = true;
      resume = async () => {
        const isRead = await read();
        if (!isRead || !isOpen || !isActive) return;
        unfollow();
        unfollow = follow(jobRunId, { lastSeq: () => lastOf(coverage), onMessages: receive });
      };
      void resume();
      return () => {
        isOpen = false;
        unfollow();
        reading?.abort();
        reading = null;
      };
    },
    retry() {
      publish({ error: null });
      void resume();
    },
  };
}
