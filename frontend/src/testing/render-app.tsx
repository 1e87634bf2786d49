import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ComponentType, PropsWithChildren } from 'react';
import { expect } from 'vitest';
import { App } from '../App';

interface Options {
  /** Around the panel, where a part needs what happy-dom doesn't have. */
  wrapper?: ComponentType<PropsWithChildren>;
}

/** Opens the whole panel at an address, and waits until a page is there. */
export async function openPanel(address: string, options: Options = {}) {
  window.history.replaceState(null, '', address);
  const user = userEvent.setup();
  const view = render(<App />, options);
  await screen.findByRole('heading', { level: 1, hidden: true });
  return { user, ...view };
}

/** The address as the reader sees it. */
export const address = (): string => window.location.pathname + window.location.search;

/** Waits until a list takes keys: it listens a moment after its rows are drawn. */
export const untilListTakesKeys = (): Promise<void> =>
  waitFor(() => expect(document.querySelector('[data-roving-rows] :is([data-row], [data-run])')).not.toBeNull());
