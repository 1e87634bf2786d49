import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Completions } from './completions.js';

/** Answers each ending with itself; a test lets single writes fail. */
const write = vi.fn(async (endings: string[]): Promise<(string | null)[]> => endings);
const onUnreachable = vi.fn();
const onFault = vi.fn();

function completions(simplify: (ending: string) => string | null = () => null) {
  for (const mock of [write, onUnreachable, onFault]) mock.mockClear();
  return new Completions<string, string | null>({ write, unwritten: null, simplify, onUnreachable, onFault });
}

const withCode = (code: string) => Object.assign(new Error(code), { code });
/** Refuses every write with an ending that is poisoned. */
const refusePoison = async (endings: string[]) => {
  if (endings.some((ending) => ending.startsWith('poison'))) throw withCode('22P02');
  return endings;
};

describe('the ends of executions', () => {
  it('are written together where they come in the same instant', async () => {
    const ends = completions();
    expect(await Promise.all(['a', 'b', 'c'].map((ending) => ends.record(ending)))).toEqual(['a', 'b', 'c']);
    expect(write.mock.calls).toEqual([[['a', 'b', 'c']]]);
  });

  it('are gathered where a few come again and again', async () => {
    const ends = completions();
    write.mockImplementation(async (endings) => delay(5, endings));
    const recorded: Promise<string | null>[] = [];
    const until = performance.now() + 600;
    for (; performance.now() < until; await delay(1)) recorded.push(ends.record('a'));
    await Promise.all(recorded);
    // A third of the time, and what was saved before; one after the other they would be a hundred.
    expect(write.mock.calls.length).toBeLessThan(600 / 5 / 2);
    write.mockImplementation(async (endings) => endings);
  });

  it('are told apart where the lease of some had gone', async () => {
    const ends = completions();
    write.mockResolvedValueOnce([null, 'b']);
    expect(await Promise.all([ends.record('a'), ends.record('b')])).toEqual([null, 'b']);
  });

  it('are written again after a conflict with another transaction', async () => {
    const ends = completions();
    write.mockRejectedValueOnce(withCode('40P01'));
    expect(await ends.record('a')).toBe('a');
    expect(onFault).not.toHaveBeenCalled();
  });

  it('wait for a database that is away', async () => {
    const ends = completions();
    write.mockRejectedValueOnce(withCode('ECONNREFUSED'));
    expect(await ends.record('a')).toBe('a');
    expect(onUnreachable).toHaveBeenCalledTimes(1);
  });

  it.each(['57014', '53100', '25006'])(
    'are written as they are after %s, which says nothing about them',
    async (code) => {
      const ends = completions(() => 'simple');
      write.mockRejectedValueOnce(withCode(code));
      expect(await ends.record('a')).toBe('a');
      expect(onFault).not.toHaveBeenCalled();
    },
  );

  it('are not held up by one that is refused, which is written more simply', async () => {
    const ends = completions(() => 'simple');
    write.mockImplementation(refusePoison);
    expect(await Promise.all(['a', 'poison', 'b'].map((ending) => ends.record(ending)))).toEqual(['a', 'simple', 'b']);
    expect(onFault).toHaveBeenCalledTimes(2);
  });

  it('are given up where there is nothing simpler to write', async () => {
    const ends = completions();
    write.mockImplementation(refusePoison);
    expect(await Promise.all(['poison', 'b'].map((ending) => ends.record(ending)))).toEqual([null, 'b']);
  });
});
