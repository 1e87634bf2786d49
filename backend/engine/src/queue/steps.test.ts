import type { JobRunStep, StepPlan } from '@job-manager/shared/contract/message';
import { limits } from '@job-manager/shared/limits';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endSteps, heldPercent, overallProgress, planSteps, reportStep, runningMessage, StepError } from './steps.js';

const plan: StepPlan[] = [
  { id: 'load', label: 'Loading', weight: 1 },
  { id: 'compute', label: 'Computing', weight: 3 },
];
const planned = planSteps([], plan);
const find = (steps: readonly JobRunStep[], id: string): JobRunStep | undefined =>
  steps.find((step) => step.id === id) ?? steps.map((step) => find(step.steps, id)).find(Boolean);

describe('a plan', () => {
  it('has steps that wait, with their id as label and a weight of 1 by default', () => {
    expect(planSteps([], [{ id: 'load' }])).toEqual([
      {
        id: 'load',
        label: 'load',
        weight: 1,
        progress: 0,
        state: 'pending',
        message: null,
        startedAfterMs: null,
        tookMs: null,
        steps: [],
      },
    ]);
  });

  it('takes more steps later, at the end or below one', () => {
    const more = planSteps(planSteps(planned, [{ id: 'write' }]), [{ id: 'pairs' }], 'compute');
    expect(more.map(({ id }) => id)).toEqual(['load', 'compute', 'write']);
    expect(find(more, 'compute')?.steps.map(({ id }) => id)).toEqual(['pairs']);
    expect(planned.map(({ id }) => id)).toEqual(['load', 'compute']);
  });

  it.each<[string, StepPlan[], RegExp]>([
    ['an id that is there already', [{ id: 'load' }], /already is a step "load"/],
    ['an id twice, however deep', [{ id: 'a', steps: [{ id: 'a' }] }], /already is a step "a"/],
    ['an empty id', [{ id: '' }], /1 to 100 characters/],
    ['an id that PostgreSQL can not store', [{ id: 'a\u0000' }], /1 to 100 characters/],
    ['a weight of nothing', [{ id: 'a', weight: 0 }], /weight of step "a"/],
    ['a weight that is no number', [{ id: 'a', weight: Number.NaN }], /weight of step "a"/],
    ['more steps than a run may have', Array.from({ length: limits.steps }, (_, id) => ({ id: `${id}` })), /at most/],
    ['steps that are nested without end', [nested(11)], /deeper than 10/],
  ])('refuses %s', (_what, wrong, message) => {
    expect(() => planSteps(planned, wrong)).toThrow(StepError);
    expect(() => planSteps(planned, wrong)).toThrow(message);
  });

  it('refuses steps below one that is not there', () => {
    expect(() => planSteps(planned, [{ id: 'a' }], 'nowhere')).toThrow('There is no step "nowhere"');
  });

  function nested(levels: number): StepPlan {
    return { id: `${levels}`, steps: levels > 1 ? [nested(levels - 1)] : [] };
  }
});

describe('a report', () => {
  it('starts a step, moves it on and ends it, with the time it took', () => {
    const half = reportStep(planned, { id: 'load', progress: 0.5, message: 'Half' }, 100);
    expect(half[0]).toMatchObject({ state: 'running', progress: 0.5, message: 'Half', startedAfterMs: 100 });
    const done = reportStep(half, { id: 'load', progress: 1 }, 350);
    expect(done[0]).toMatchObject({ state: 'done', progress: 1, startedAfterMs: 100, tookMs: 250 });
    expect(done[1]).toEqual(planned[1]);
  });

  it('never takes a step back', () => {
    const half = reportStep(planned, { id: 'load', progress: 0.5 }, 1);
    expect(reportStep(half, { id: 'load', progress: 0.1 }, 2)[0]?.progress).toBe(0.5);
    expect(reportStep(half, { id: 'load', progress: Number.NaN }, 2)[0]?.progress).toBe(0.5);
    const done = reportStep(half, { id: 'load', progress: 7 }, 2);
    expect(reportStep(done, { id: 'load', progress: 0.9 }, 3)).toEqual(done);
  });

  it('refuses a step that is not planned, by its name', () => {
    expect(() => reportStep(planned, { id: 'lode', progress: 0 }, 1)).toThrow('There is no step "lode"');
  });

  it('moves the steps above by weight, and ends them with the last below', () => {
    const tree = planSteps([], [{ id: 'write', steps: [{ id: 'rows', weight: 3 }, { id: 'index' }] }]);
    const rows = reportStep(tree, { id: 'rows', progress: 1 }, 10);
    expect(rows[0]).toMatchObject({ state: 'running', progress: 0.75, startedAfterMs: 10, tookMs: null });
    const all = reportStep(rows, { id: 'index', progress: 1 }, 30);
    expect(all[0]).toMatchObject({ state: 'done', progress: 1, tookMs: 20 });
  });

  it('that a step with steps is done skips what never began below it', () => {
    const tree = planSteps([], [{ id: 'write', steps: [{ id: 'rows' }, { id: 'index' }] }, { id: 'rest' }]);
    const done = reportStep(reportStep(tree, { id: 'rows', progress: 0.5 }, 1), { id: 'write', progress: 1 }, 9);
    expect(find(done, 'write')).toMatchObject({ state: 'done', progress: 1 });
    expect(find(done, 'rows')).toMatchObject({ state: 'done', progress: 1, tookMs: 8 });
    expect(find(done, 'index')).toMatchObject({ state: 'skipped', progress: 0 });
    expect(overallProgress(done)).toBe(0.5);
  });

  it('goes on with a step that was skipped as far as the steps below it are', () => {
    const nested = planSteps([], [{ id: 'all', steps: [{ id: 'half', steps: [{ id: 'part' }] }] }]);
    const again = reportStep(reportStep(nested, { id: 'all', progress: 1 }, 5), { id: 'half', progress: 0 }, 6);
    expect(again[0]).toMatchObject({ state: 'running', steps: [{ state: 'running', progress: 1 }] });
  });

  it('goes on with a step that was done when more was planned below it', () => {
    const done = reportStep(planned, { id: 'load', progress: 1 }, 5);
    const more = planSteps(done, [{ id: 'late' }], 'load');
    expect(more[0]).toMatchObject({ state: 'running', progress: 0, tookMs: null });
    expect(reportStep(more, { id: 'late', progress: 1 }, 9)[0]).toMatchObject({ state: 'done', tookMs: 9 - 5 });
  });
});

it('shows the innermost of the running steps that began last', () => {
  const tree = planSteps(planned, [{ id: 'pairs', label: 'Pairs' }], 'compute');
  expect(runningMessage(tree)).toBeNull();
  const loading = reportStep(tree, { id: 'load', progress: 0 }, 1);
  expect(runningMessage(loading)).toBe('Loading');
  const both = reportStep(loading, { id: 'pairs', progress: 0.1 }, 2);
  expect(runningMessage(both)).toBe('Pairs');
  expect(runningMessage(reportStep(both, { id: 'pairs', progress: 0.2, message: '2 of 10' }, 3))).toBe('2 of 10');
});

it.each(['SUCCESS', 'FAILED', 'CANCELLED'] as const)(
  'leaves no step waiting or running when a run ends: %s',
  (status) => {
    const tree = planSteps(reportStep(planned, { id: 'load', progress: 0.5 }, 5), [{ id: 'pairs' }], 'compute');
    const [load, compute] = endSteps(reportStep(tree, { id: 'pairs', progress: 1 }, 6), status, 105);
    const state = { SUCCESS: 'done', FAILED: 'failed', CANCELLED: 'cancelled' }[status];
    expect(load).toMatchObject({ state, progress: status === 'SUCCESS' ? 1 : 0.5, tookMs: 100 });
    expect(compute).toMatchObject({ state: 'done', steps: [{ state: 'done' }] });
    expect(endSteps(planned, status, 1).map(({ state }) => state)).toEqual(['skipped', 'skipped']);
  },
);

/** Whatever a job may do with its steps: `at` picks one of those there are. */
const deed = fc.oneof(
  fc.record({ kind: fc.constant('report' as const), at: fc.nat(), progress: fc.double({ min: -1, max: 2 }) }),
  fc.record({
    kind: fc.constant('plan' as const),
    at: fc.nat(),
    weight: fc.double({ min: 0.001, max: 1e6, noNaN: true }),
  }),
);
const idsOf = (steps: readonly JobRunStep[]): string[] => steps.flatMap((step) => [step.id, ...idsOf(step.steps)]);
const all = (steps: readonly JobRunStep[]): JobRunStep[] => steps.flatMap((step) => [step, ...all(step.steps)]);

it('never goes back and stays below 100 whatever is planned and reported', () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
      let steps = planSteps([], [{ id: 'first' }]);
      let percent = 0;
      deeds.forEach((each, count) => {
        const ids = idsOf(steps);
        const id = ids[each.at % ids.length] as string;
        const under = each.at % 3 === 0 ? undefined : id;
        if (each.kind === 'report') steps = reportStep(steps, { id, progress: each.progress }, count);
        else if (under === undefined || levelOf(steps, id) < 10)
          steps = planSteps(steps, [{ id: `${count}`, weight: each.weight }], under);
        const next = heldPercent(percent, overallProgress(steps));
        expect(next).toBeGreaterThanOrEqual(percent);
        expect(next).toBeLessThan(100);
        percent = next;
        for (const step of all(steps)) {
          expect(step.progress).toBeGreaterThanOrEqual(0);
          expect(step.progress).toBeLessThanOrEqual(1);
          const isOpen = step.state === 'pending' || step.state === 'running';
          if (step.steps.length > 0 && isOpen) expect(step.progress).toBe(overallProgress(step.steps));
          expect(step.tookMs !== null).toBe(step.state === 'done');
        }
      });
    }),
  );
});

it('takes a progress too small to be stored for none', () => {
  expect(heldPercent(null, 1e-80)).toBe(0);
  expect(heldPercent(40, 1e-80)).toBe(40);
});

function levelOf(steps: readonly JobRunStep[], id: string): number {
  for (const step of steps) {
    if (step.id === id) return 1;
    const below = levelOf(step.steps, id);
    if (below > 0) return below + 1;
  }
  return 0;
}
