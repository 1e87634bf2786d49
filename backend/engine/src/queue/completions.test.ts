import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Completions } from './completions.js';
import { QueueEvents } from './events.js';
import { Reachability } from './reachability.js';

/** Answers each ending with itself; a test lets single writes fail. */
const write = vi.fn(async (endings: string[]): Promise<(string | null)[]> => endings);
const onWaiting = vi.fn();
const onError = vi.fn();

function completions(simplify: (ending: string) => string | null = () => null) {
  for (const mock of [write, onWaiting, onError]) mock.mockClear();
  const ends = new Completions<string, string | null>({ write, unwritten: null, simplify, onWaiting, onError });
  return { record: (ending: string) => new Promise<string | null>((settle) => ends.record(ending, settle)) };
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

  it('are collected where a few arrive repeatedly', async () => {
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

  it('are distinguished where the lease of some was lost', async () => {
    const ends = completions();
    write.mockResolvedValueOnce([null, 'b']);
    expect(await Promise.all([ends.record('a'), ends.record('b')])).toEqual([null, 'b']);
  });

  it('are written again after a conflict with another transaction', async () => {
    const ends = completions();
    write.mockRejectedValueOnce(withCode('40P01'));
    expect(await ends.record('a')).toBe('a');
    expect(onError).not.toHaveBeenCalled();
  });

  it('wait for a database that is away', async () => {
    const ends = completions();
    write.mockRejectedValueOnce(withCode('ECONNREFUSED'));
    expect(await ends.record('a')).toBe('a');
    expect(onWaiting).toHaveBeenCalledTimes(1);
  });

  it.each(['57014', '53100', '25006'])(
    'are written again after %s, for which they are not the reason',
    async (code) => {
      const ends = completions(() => 'simple');
      write.mockRejectedValueOnce(withCode(code));
      expect(await ends.record('a')).toBe('a');
      expect(onError).not.toHaveBeenCalled();
    },
  );

  it('are not held up by one that is refused, which is written more simply', async () => {
    const ends = completions(() => 'simple');
    write.mockImplementation(refusePoison);
    expect(await Promise.all(['a', 'poison', 'b'].map((ending) => ends.record(ending)))).toEqual(['a', 'simple', 'b']);
    expect(onError).toHaveBeenCalledTimes(2);
  });

  it('are dropped where there is nothing simpler to write', async () => {
    const ends = completions();
    write.mockImplementation(refusePoison);
    expect(await Promise.all(['poison', 'b'].map((ending) => ends.record(ending)))).toEqual([null, 'b']);
  });

  it('do not wait for one whose row something else holds, however long', async () => {
    const ends = completions();
    let isHeld = true;
    write.mockImplementation(async (endings) => {
      if (isHeld && endings.includes('held')) throw withCode('57014');
      return endings;
    });
    const others = Array.from({ length: 30 }, (_, index) => `other ${index}`);
    const held = ends.record('held');
    expect(await Promise.all(others.map((ending) => ends.record(ending)))).toEqual(others);
    expect(await ends.record('later')).toBe('later');
    // Together they took too long, so they are tried in smaller parts.
    const sizes = write.mock.calls.map(([endings]) => endings.length);
    expect(sizes).toEqual([...sizes].sort((a, b) => (a === 1 || b === 1 ? 0 : b - a)));
    isHeld = false;
    expect(await held).toBe('held');
    expect(onError).not.toHaveBeenCalled();
  });

  it('are not sent again without a pause while another transaction is in the way', async () => {
    const ends = completions();
    const until = performance.now() + 100;
    write.mockImplementation(async (endings) => {
      if (performance.now() < until) throw withCode('40001');
      return endings;
    });
    await ends.record('a');
    expect(write.mock.calls.length).toBeLessThan(25);
  });
});

describe('work that waits for the database', () => {
  it.each([
    ['57014', 'databaseSlow'],
    ['55P03', 'databaseSlow'],
    ['40P01', 'databaseSlow'],
    ['ECONNREFUSED', 'databaseUnreachable'],
    ['57P01', 'databaseUnreachable'],
  ])('is reported once as what it is: %s, %s', (code, expected) => {
    const events = new QueueEvents();
    const reported: string[] = [];
    for (const name of ['databaseSlow', 'databaseUnreachable'] as const) events.on(name, () => reported.push(name));
    const database = new Reachability(events);
    for (let times = 0; times < 3; times++) database.noteWaiting('claiming', withCode(code));
    expect(reported).toEqual([expected]);
  });

  it.each([
    ['57014', 'databaseSlow'],
    ['ECONNREFUSED', 'databaseUnreachable'],
    ['22003', 'internalError'],
    ['42P01', 'internalError'],
  ])('is reported as an error where the statement itself is wrong: %s, %s', (code, expected) => {
    const events = new QueueEvents();
    const reported: string[] = [];
    for (const name of ['databaseSlow', 'databaseUnreachable', 'internalError'] as const) {
      events.on(name, ({ during }) => reported.push(`${name} ${during}`));
    }
    new Reachability(events).noteFailure('writing histograms', withCode(code));
    expect(reported).toEqual([`${expected} writing histograms`]);
  });
});
