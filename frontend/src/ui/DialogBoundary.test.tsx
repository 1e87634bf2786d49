import { MantineProvider } from '@mantine/core';
import { notificationsStore } from '@mantine/notifications';
import { render } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { DialogBoundary } from './DialogBoundary';

const Broken = (): never => {
  throw new TypeError('Failed to fetch dynamically imported module');
};

test('a dialog that cannot be loaded closes and shows an error', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const onClose = vi.fn();
  render(
    <MantineProvider>
      <DialogBoundary opened={['123']} onClose={onClose}>
        <Broken />
      </DialogBoundary>
    </MantineProvider>,
  );
  expect(onClose).toHaveBeenCalledTimes(1);
  expect(notificationsStore.getState().notifications[0]?.title).toBe('The dialog could not be opened');
});
