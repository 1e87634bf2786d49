import { MantineProvider } from '@mantine/core';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MemoryRouter } from 'react-router-dom';
import { expect, it } from 'vitest';
import { Chart } from './Chart';
import type { ChartData } from './chart-data';

const data: ChartData = {
  from: Date.UTC(2026, 10, 22),
  stepMs: 86_400_000,
  isCounted: true,
  isLastPartial: true,
  series: [
    { name: 'Ended', tone: 'success', points: [305, 12, 40], previous: [300, null, 7] },
    { name: 'Failed', tone: 'failed', points: [60, null, 1] },
    { name: 'Cancelled', tone: 'cancelled', points: [null, null, null] },
  ],
};

const show = (shown = data) =>
  render(
    <MantineProvider>
      <MemoryRouter>
        <Chart
          title="Runs"
          unit="by day"
          data={shown}
          kind="bars"
          format={String}
          hrefOf={(index) => `/day/${index}`}
        />
      </MemoryRouter>
    </MantineProvider>,
  );

it('describes the chart in a sentence, without inventing values', () => {
  show();
  expect(screen.getByRole('img')).toHaveAccessibleName(
    'Runs by day: Ended 357 since 2026-11-22, most 305 from 2026-11-22; Failed 61 since 2026-11-22, most 60 from 2026-11-22; Cancelled nothing measured',
  );
});

it('adds up nothing that is no amount', () => {
  const [ended] = data.series;
  show({ ...data, isCounted: false, series: ended ? [ended] : [] });
  expect(screen.getByRole('img')).toHaveAccessibleName('Runs by day: most 305 from 2026-11-22, last 40');
});

it('becomes a table whose times lead to the runs, and a chart again', async () => {
  const user = userEvent.setup();
  show();
  await user.click(screen.getByRole('button', { name: 'Runs as table' }));
  const rows = within(screen.getByRole('table', { name: 'Runs' }))
    .getAllByRole('row')
    .slice(1);
  expect(rows.map((row) => [...row.children].map(({ textContent }) => textContent))).toEqual([
    ['2026-11-24, so far', '40', '7', '1', '–'],
    ['2026-11-23', '12', '–', '–', '–'],
    ['2026-11-22', '305', '300', '60', '–'],
  ]);
  expect(screen.getByRole('link', { name: '2026-11-22' })).toHaveAttribute('href', '/day/0');
  await user.click(screen.getByRole('button', { name: 'Runs as chart' }));
  expect(screen.getByRole('img')).toBeInTheDocument();
});
