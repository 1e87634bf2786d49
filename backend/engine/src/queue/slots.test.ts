import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunExecution } from './run-execution.js';
import { RELEASE_AFTER_MS, Slots } from './slots.js';

const begun: string[] = [];
const released: string[] = [];
let over: Map<string, () => void>;
let onRoom: ReturnType<typeof vi.fn<() => void>>;

beforeEach(() => {
  vi.useFakeTimers();
  begun.length = 0;
  released.length = 0;
  over = new Map();
  onRoom = vi.fn<() => void>();
});
afterEach(() => vi.useRealTimers());

function slots(concurrency: number) {
  return new Slots({
    concurrency,
    prefetch: { began: () => {}, ended: () => {} },
    begin: ({ run }, onOver) => {
      begun.push(run.id);
      over.set(run.id, onOver);
    },
    release: (executions) => released.push(...executions.map(({ run }) => run.id)),
    onRoom,
  });
}

const runs = (ids: string, priority = 0) => [...ids].map((id) => ({ run: { id, priority } }) as RunExecution);
const end = (id: string) => over.get(id)?.();

describe('slots', () => {
  it('begin as many runs as there are of them, and the others as they become free', () => {
    const two = slots(2);
    two.add(runs('abcd'));
    expect(begun).toEqual(['a', 'b']);
    expect(two.waiting).toBe(2);
    end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    expect(onRoom).toHaveBeenCalledTimes(1);
  });

  it('let a run of better priority pass those that wait', () => {
    const one = slots(1);
    one.add(runs('abc'));
    one.add(runs('x', -5));
    end('a');
    end('x');
    expect(begun).toEqual(['a', 'x', 'b']);
  });

  it('keep the order of the line among runs of one priority', () => {
    const one = slots(1);
    one.add(runs('a'));
    one.add(runs('bc', 3));
    one.add(runs('de', 1));
    for (const id of 'adeb') end(id);
    expect(begun).toEqual(['a', 'd', 'e', 'b', 'c']);
  });

  it('release what could not begin in time', () => {
    const one = slots(1);
    one.add(runs('abc'));
    vi.advanceTimersByTime(RELEASE_AFTER_MS + 1);
    expect(released).toEqual(['b', 'c']);
    expect(one.waiting).toBe(0);
    end('a');
    expect(begun).toEqual(['a']);
  });

  it('begin nothing that waited while the event loop stood still', () => {
    const one = slots(1);
    one.add(runs('ab'));
    // The clock goes on, and no timer has had its turn.
    const now = performance.now();
    vi.spyOn(performance, 'now').mockReturnValue(now + RELEASE_AFTER_MS + 1);
    end('a');
    expect(begun).toEqual(['a']);
    expect(released).toEqual(['b']);
    vi.mocked(performance.now).mockRestore();
  });

  it('give out what waits when there is to be no more', () => {
    const one = slots(1);
    one.add(runs('abc'));
    expect(one.clear().map(({ run }) => run.id)).toEqual(['b', 'c']);
    end('a');
    vi.advanceTimersByTime(RELEASE_AFTER_MS + 1);
    expect(released).toEqual([]);
    expect(begun).toEqual(['a']);
  });
});
