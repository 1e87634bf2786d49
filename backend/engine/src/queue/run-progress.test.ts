import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { TestEngine } from '../testing/engine.js';
import { defineJob, type JobContext } from './job.js';
import { type ProgressState, RunProgress } from './run-progress.js';

describe('progress', () => {
  let reported: ProgressState[];
  let progress: RunProgress;
  beforeEach(() => {
    reported = [];
    progress = new RunProgress((state) => reported.push(state));
  });
  const last = () => reported.at(-1);

  it('is the weighted sum of the steps, with the label of the running one unless a message is given', () => {
    progress.pipeline([
      { id: 'load', label: 'Loading' },
      { id: 'compute', label: 'Computing', weight: 3 },
    ]);
    expect(last()).toMatchObject({ percent: 0, message: null });
    progress.step('load').progress(0.5);
    expect(last()).toMatchObject({ percent: 12.5, message: 'Loading' });
    progress.step('load').done();
    progress.step('compute').progress(0.5, '5 of 10');
    expect(last()).toMatchObject({ percent: 62.5, message: '5 of 10' });
    progress.step('compute').done();
    expect(last()).toMatchObject({ percent: 99.9, message: '5 of 10' });
    progress.step('compute').done('10 of 10');
    expect(last()).toMatchObject({ percent: 99.9, message: '10 of 10' });
  });

  it('counts steps below a step, and steps that are planned later', () => {
    progress.pipeline([{ id: 'load' }]);
    progress.step('load').pipeline([{ id: 'users' }, { id: 'posts' }]);
    progress.step('users').done();
    expect(last()?.percent).toBe(50);
    progress.pipeline([{ id: 'more', weight: 9 }]);
    expect(last()?.percent).toBe(50);
    progress.step('posts').done();
    progress.step('more').progress(0.5);
    expect(last()?.percent).toBeCloseTo(55);
  });

  it('is refused for a step that is not planned', () => {
    expect(() => progress.step('load')).toThrow('There is no step "load"');
    progress.pipeline([{ id: 'load' }]);
    expect(() => progress.pipeline([{ id: 'load' }])).toThrow('There already is a step "load"');
    expect(() => progress.step('lode').start()).toThrow('There is no step "lode"');
  });

  it('keeps steps that start without progress at nothing, running', () => {
    progress.pipeline([{ id: 'load', label: 'Loading' }]);
    progress.step('load').start('Opening');
    expect(last()).toMatchObject({ percent: 0, message: 'Opening', steps: [{ state: 'running', progress: 0 }] });
  });

  it('never goes back nor reaches 100, whatever a job reports', () => {
    const reports = fc.array(fc.record({ by: fc.constantFrom('run', 'a', 'b'), to: fc.double({ min: -2, max: 2 }) }));
    fc.assert(
      fc.property(reports, (all) => {
        const percents: (number | null)[] = [];
        const each = new RunProgress(({ percent }) => percents.push(percent));
        each.pipeline([{ id: 'a' }, { id: 'b', weight: 2 }]);
        for (const { by, to } of all) by === 'run' ? each.report(to) : each.step(by).progress(to);
        expect(percents).toEqual(percents.toSorted((x, y) => (x ?? 0) - (y ?? 0)));
        expect(percents.every((percent) => percent !== null && percent >= 0 && percent < 100)).toBe(true);
      }),
    );
  });
});

describe('a run with steps', () => {
  let act: (ctx: JobContext) => Promise<void>;
  let engine: TestEngine;
  beforeAll(async () => {
    const actor = defineJob({
      name: 'actor',
      description: 'Does what the test sets',
      examples: ['tsx scripts/runJobs.ts actor'],
      algorithmVersion: '1',
      maxAttempts: 1,
      parameters: z.strictObject({}),
      run: (ctx) => act(ctx),
    });
    const counter = defineJob({
      ...{ name: 'counter', description: 'Counts', examples: ['counter'], algorithmVersion: '1' },
      parameters: z.strictObject({ isOdd: z.boolean().default(false) }),
      summary: ({ scores }) => {
        if (scores === undefined) throw new Error('no scores');
        return `${Number(scores).toLocaleString('en')} scores`;
      },
      run: async (ctx, { isOdd }) => {
        ctx.progress(0.5, 'Half way');
        return isOdd ? {} : { scores: 4_120 };
      },
    });
    engine = await TestEngine.create([actor, counter]);
  });
  afterEach(() => engine.clear());
  afterAll(() => engine.close());

  const plan = (ctx: JobContext) => {
    ctx.pipeline([{ id: 'load', label: 'Loading' }, { id: 'compute' }, { id: 'clean-up' }]);
    ctx.step('load').done();
    ctx.step('compute').progress(0.5, 'Half way');
  };
  const statesOf = (steps: { id: string; state: string }[] | null) => steps?.map(({ id, state }) => `${id} ${state}`);

  it.each([
    ['SUCCESS', 'done', 100, async () => {}],
    [
      'FAILED',
      'failed',
      50,
      async () => {
        throw new Error('no');
      },
    ],
  ] as const)('leaves them as they ended: %s', async (status, state, percent, end) => {
    act = async (ctx) => {
      plan(ctx);
      await end();
    };
    const { id } = await engine.enqueue('actor');
    await engine.runner().tick();
    const run = await engine.until(id, status);
    expect(statesOf(run.steps)).toEqual(['load done', `compute ${state}`, 'clean-up skipped']);
    expect(run).toMatchObject({ progressPercent: percent, progressMessage: 'Half way' });
    expect(run.steps?.[1]?.tookMs).toBeGreaterThanOrEqual(0);
  });

  it('ends with what the job makes of its metadata, and as it was where that fails', async () => {
    const { id } = await engine.enqueue('counter');
    const { id: odd } = await engine.enqueue('counter', { isOdd: true });
    await engine.runner().tick();
    expect(await engine.until(id, 'SUCCESS')).toMatchObject({ progressMessage: '4,120 scores', progressPercent: 100 });
    expect(await engine.until(odd, 'SUCCESS')).toMatchObject({ progressMessage: 'Half way', warningCount: 1 });
  });

  it('keeps no secrets in them once it has ended', async () => {
    act = async (ctx) => {
      plan(ctx);
      ctx.step('clean-up').done('token=abc');
    };
    const { id } = await engine.enqueue('actor');
    await engine.runner().tick();
    expect((await engine.until(id, 'SUCCESS')).steps?.at(-1)?.message).toBe('token=[redacted]');
  });

  it('shows them while it runs, below 100 % even when the job reports 1', async () => {
    let open = () => {};
    act = async (ctx) => {
      plan(ctx);
      ctx.progress(1);
      await new Promise<void>((resolve) => {
        open = resolve;
      });
    };
    const wroteMessages = vi.spyOn(engine.notifier, 'wroteMessages');
    const { id } = await engine.enqueue('actor');
    await engine.runner().tick();
    await vi.waitFor(async () => expect((await engine.run(id)).steps).not.toBeNull());
    const run = await engine.run(id);
    expect(statesOf(run.steps)).toEqual(['load done', 'compute running', 'clean-up pending']);
    expect(run).toMatchObject({ progressMessage: 'Half way', steps: [{}, { progress: 0.5, message: 'Half way' }, {}] });
    expect(run.progressPercent).toBeCloseTo(99.9);
    await vi.waitFor(() => expect(wroteMessages).toHaveBeenCalledWith(id));
    open();
    expect((await engine.until(id, 'SUCCESS')).progressPercent).toBe(100);
  });

  it('begins without any when it is begun again', async () => {
    const begun: string[] = [];
    act = async (ctx) => {
      begun.push(ctx.runId);
      if (ctx.claimNo === 1) plan(ctx);
      await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
    };
    const { id } = await engine.enqueue('actor');
    const runner = engine.runner({ drainMs: 0 });
    await runner.tick();
    await vi.waitFor(async () => expect((await engine.run(id)).steps).not.toBeNull());
    await runner.stop();
    expect(await engine.run(id)).toMatchObject({ status: 'QUEUED', steps: null, progressPercent: null });
    await engine.runner({ drainMs: 0 }).tick();
    expect(begun).toHaveLength(2);
    expect((await engine.run(id)).steps).toBeNull();
  });

  it('fails with the reason when the job names a step that is not planned', async () => {
    act = async (ctx) => {
      plan(ctx);
      ctx.step('compose').done();
    };
    const { id } = await engine.enqueue('actor');
    await engine.runner().tick();
    expect((await engine.until(id, 'FAILED')).error).toBe('There is no step "compose"');
  });
});
