import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { getRecentErrors } from '../api/errorTracking';
import { SectionBoundary } from './SectionBoundary';

test('a section that breaks leaves its neighbour, is reported, and can be tried again', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  let isBroken = true;
  const Fragile = () => {
    if (isBroken) throw new Error('no data');
    return <p>whole again</p>;
  };
  render(
    <MantineProvider>
      <SectionBoundary name="Runners">
        <Fragile />
      </SectionBoundary>
      <SectionBoundary name="Maintenance">
        <p>the neighbour</p>
      </SectionBoundary>
    </MantineProvider>,
  );
  expect(screen.getByText('Runners could not be shown')).toBeVisible();
  expect(screen.getByText('the neighbour')).toBeVisible();
  expect(getRecentErrors().at(-1)).toMatchObject({
    message: 'no data',
    context: { action: 'render', component: 'Runners' },
  });
  isBroken = false;
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(screen.getByText('whole again')).toBeVisible();
});
