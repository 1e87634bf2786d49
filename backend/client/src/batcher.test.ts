import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Batcher } from './batcher.js';

/** A batcher of numbers, each answered by its tenfold; a batch waits until `go`. */
function batchNumbers(refuses: (calls: number[]) => unknown = () => undefined) {
  const sent: number[][] = [];
  const under: (() => void)[] = [];
  const batcher = new Batcher<number, number>(async (calls) => {
    sent.push(calls);
    await new Promise<void>((resolve) => under.push(resolve));
    const refusal = refuses(calls);
    if (refusal !== undefined) throw refusal;
    return calls.map((call) => (call < 0 ? new Error(`no ${call}`) : call * 10));
  });
  /** Lets the statement under way end, and the next one begin. */
  const go = async () => {
    under.shift()?.();
    await turn();
    await turn();
  };
  return { batcher, sent, go };
}

const databaseError = (code: string) => Object.assign(new Error(`error ${code}`), { code });

afterEach(() => vi.useRealTimers());

describe('batched calls', () => {
  it('wait for nothing where nothing is under way', () => {
    const { batcher, sent } = batchNumbers();
    void batcher.add(1);
    expect(sent).toEqual([[1]]);
  });

  it('go together when what was under way is done, in their order', async () => {
    const { batcher, sent, go } = batchNumbers();
    const answers = [1, 2, 3, 4].map((call) => batcher.add(call));
    await go();
    expect(sent).toEqual([[1], [2, 3, 4]]);
    await go();
    expect(await Promise.all(answers)).toEqual([10, 20, 30, 40]);
    void batcher.add(5);
    expect(sent).toEqual([[1], [2, 3, 4], [5]]);
  });

  it('include those of callers who have had their answer just now', async () => {
    const { batcher, sent, go } = batchNumbers();
    const again = batcher.add(1).then(() => batcher.add(2));
    void batcher.add(3);
    await go();
    expect(sent).toEqual([[1], [3, 2]]);
    await go();
    expect(await again).toBe(20);
  });

  it('have their own answers, also those that are refused', async () => {
    const { batcher, go } = batchNumbers();
    const answers = Promise.allSettled([1, 2, -3, 4].map((call) => batcher.add(call)));
    await go();
    await go();
    expect(await answers).toMatchObject([
      { value: 10 },
      { value: 20 },
      { reason: { message: 'no -3' } },
      { value: 40 },
    ]);
  });

  it.each(['22003', '23503', '40P01', '54000'])(
    'are sent in parts where the database refuses one of them (%s)',
    async (code) => {
      const { batcher, sent, go } = batchNumbers((calls) => (calls.includes(4) ? databaseError(code) : undefined));
      const answers = Promise.allSettled([1, 2, 3, 4, 5].map((call) => batcher.add(call)));
      for (let step = 0; step < 8; step++) await go();
      expect(await answers).toMatchObject([
        { value: 10 },
        { value: 20 },
        { value: 30 },
        { reason: { code } },
        { value: 50 },
      ]);
      expect(sent).toEqual([[1], [2, 3, 4, 5], [2, 3], [4, 5], [4], [5]]);
    },
  );

  it.each(['57P01', '08006', 'ECONNRESET', '57014'])(
    'are never sent again where their outcome is unknown (%s)',
    async (code) => {
      const { batcher, sent, go } = batchNumbers((calls) => (calls.length > 1 ? databaseError(code) : undefined));
      const answers = Promise.allSettled([1, 2, 3].map((call) => batcher.add(call)));
      await go();
      await go();
      expect(await answers).toMatchObject([{ value: 10 }, { reason: { code } }, { reason: { code } }]);
      expect(sent).toEqual([[1], [2, 3]]);
    },
  );

  it('go on beside something that takes long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { batcher, sent } = batchNumbers();
    void batcher.add(1);
    void batcher.add(2);
    await vi.advanceTimersByTimeAsync(99);
    await turn();
    expect(sent).toEqual([[1]]);
    await vi.advanceTimersByTimeAsync(1);
    await turn();
    expect(sent).toEqual([[1], [2]]);
  });

  it('are five hundred at most', async () => {
    const { batcher, sent, go } = batchNumbers();
    for (let call = 0; call < 1_000; call++) void batcher.add(call);
    for (let step = 0; step < 3; step++) await go();
    expect(sent.map(({ length }) => length)).toEqual([1, 500, 499]);
  });
});
