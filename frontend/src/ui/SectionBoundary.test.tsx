import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { expect, test, vi } from 'vitest';
import { getRecentErrors } from '../api/errorTracking';
import { SectionBoundary } from './SectionBoundary';

const renderPage = (sections: ReactNode) =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>{sections}</MantineProvider>
    </QueryClientProvider>,
  );

test('a section that breaks leaves its neighbour, is reported, and can be tried again', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  let isBroken = true;
  const Fragile = () => {
    if (isBroken) throw new Error('no data');
    return <p>whole again</p>;
  };
  renderPage(
    <>
      <SectionBoundary name="Runners">
        <Fragile />
      </SectionBoundary>
      <SectionBoundary name="Maintenance">
        <p>the neighbour</p>
      </SectionBoundary>
    </>,
  );
  expect(screen.getByText('Runners could not be shown')).toBeVisible();
  expect(screen.getByText('the neighbour')).toBeVisible();
  expect(getRecentErrors().at(-1)).toMatchObject({
    message: 'no data',
    context: { action: 'render', component: 'Runners' },
  });
  isBroken = false;
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('whole again')).toBeVisible();
});

function Name({ runner }: { runner: { name: string } | undefined }) {
  return <p>{runner === undefined ? 'loading' : runner.name}</p>;
}

/** Answers once with data that cannot be shown. */
function spoiltAnswers() {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const answers = [null, { name: 'a runner' }];
  return { queryKey: ['runner'], queryFn: () => answers.shift() as { name: string } };
}

test('a section that broke over an answer reads again', async () => {
  const query = spoiltAnswers();
  const Runner = () => <Name runner={useQuery(query).data} />;
  renderPage(
    <SectionBoundary>
      <Runner />
    </SectionBoundary>,
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('a runner')).toBeVisible();
});

test('a section that broke over its props renders again', async () => {
  const query = spoiltAnswers();
  const Page = () => {
    const { data } = useQuery(query);
    return (
      <SectionBoundary>
        <Name runner={data} />
      </SectionBoundary>
    );
  };
  renderPage(<Page />);
  await userEvent.click(await screen.findByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('a runner')).toBeVisible();
});
