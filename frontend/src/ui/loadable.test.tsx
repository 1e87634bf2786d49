import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { type ComponentType, Suspense } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { expect, test, vi } from 'vitest';
import { loadable } from './loadable';

const Part = ({ name }: { name: string }) => <p>Part for {name}</p>;

function show(Loadable: ComponentType<{ name: string }>) {
  render(
    <ErrorBoundary
      fallbackRender={({ resetErrorBoundary }) => (
        <button type="button" onClick={resetErrorBoundary}>
          Retry
        </button>
      )}
    >
      <Suspense fallback="loading">
        <Loadable name="you" />
      </Suspense>
    </ErrorBoundary>,
  );
}

test('loads a part once, when it is first shown', async () => {
  const load = vi.fn(async () => Part);
  const Loadable = loadable(load);
  expect(load).not.toHaveBeenCalled();
  show(Loadable);
  expect(await screen.findByText('Part for you')).toBeVisible();
  show(Loadable);
  expect(await screen.findAllByText('Part for you')).toHaveLength(2);
  expect(load).toHaveBeenCalledTimes(1);
});

test('fails once, and is tried again when it is shown again', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  let time = 0;
  const load = vi.fn(async () => Part).mockRejectedValueOnce(new TypeError('Failed to fetch'));
  show(loadable(load, () => time));
  const retry = await screen.findByRole('button', { name: 'Retry' });
  expect(load).toHaveBeenCalledTimes(1);
  time = 2_000;
  await userEvent.click(retry);
  expect(await screen.findByText('Part for you')).toBeVisible();
});
