import { screen, within } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { getRecentErrors } from '../../api/errorTracking';
import { aRun } from '../../testing/a-run';
import { operator, world } from '../../testing/backend';
import { openPanel } from '../../testing/render-app';

const broken = vi.hoisted(() => new Set<string>());

vi.mock('./ActiveSection', async (load) => breakable('ActiveSection', await load<Record<string, unknown>>()));
vi.mock('./HistorySection', async (load) => breakable('HistorySection', await load<Record<string, unknown>>()));
vi.mock('./StatsSection', async (load) => breakable('StatsSection', await load<Record<string, unknown>>()));

function breakable(name: string, module: Record<string, unknown>) {
  const Section = module[name] as React.ComponentType;
  return {
    [name]: (props: object) => {
      if (broken.has(name)) throw new Error(`${name} is broken`);
      return <Section {...props} />;
    },
  };
}

beforeEach(() => {
  broken.clear();
  vi.spyOn(console, 'error').mockImplementation(() => {});
  world.active = [aRun.running({ progressMessage: 'Scoring on' })];
  world.history = [aRun.success()];
});

const signs = {
  StatsSection: { title: 'Job Statistics', whole: '147' },
  ActiveSection: { title: 'Active & Queued Jobs', whole: '“Scoring on”' },
  HistorySection: { title: 'Job History', whole: 'Showing 1–1 of 1' },
};

test.each(Object.entries(signs))(
  'a crash in %s leaves the others usable, with a retry',
  async (name, { title, whole }) => {
    broken.add(name);
    const { user } = await openPanel('/admin/jobs');
    const panel = (await screen.findByText(`${title} could not be shown`)).closest<HTMLElement>('[role=alert]');
    for (const other of Object.values(signs)) {
      if (other.title !== title) expect(await screen.findByText(other.whole)).toBeVisible();
    }
    expect(getRecentErrors().at(-1)).toMatchObject({ message: `${name} is broken`, context: { component: title } });
    broken.clear();
    await user.click(within(panel as HTMLElement).getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText(whole)).toBeVisible();
  },
);

test('steps that cannot be drawn leave the other parts of the details', async () => {
  const run = aRun.running({ steps: [null as never], parameters: { batchSize: 7 } });
  world.runs = [run];
  await openPanel(`/admin/jobs/${run.id}`);
  expect(await screen.findByText('Steps could not be shown')).toBeVisible();
  expect(screen.getByText(/batchSize/)).toBeVisible();
  expect(screen.getByRole('region', { name: 'Timeline' })).toBeVisible();
});

test('a crash in the header leaves the page', async () => {
  const run = aRun.success();
  world.history = [run];
  world.user = { ...operator, email: { not: 'a text' } as never };
  await openPanel('/admin/jobs');
  expect(await screen.findByText('The header could not be shown')).toBeVisible();
  expect(await screen.findByText(`#${run.id}`)).toBeVisible();
});
