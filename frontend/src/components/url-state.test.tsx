import { renderHook } from '@testing-library/react';
import { NuqsAdapter } from 'nuqs/adapters/react-router/v7';
import type { PropsWithChildren } from 'react';
import { BrowserRouter } from 'react-router-dom';
import { expect, test } from 'vitest';
import { useOpenedRun, useRunDialog } from './url-state';

const inRouter = ({ children }: PropsWithChildren) => (
  <BrowserRouter>
    <NuqsAdapter>{children}</NuqsAdapter>
  </BrowserRouter>
);

test('what rows hold keeps its identity from one render to the next', () => {
  const { result, rerender } = renderHook(() => ({ ...useOpenedRun(), ...useRunDialog() }), { wrapper: inRouter });
  const before = result.current;
  rerender();
  expect(result.current.open).toBe(before.open);
  expect(result.current.openNew).toBe(before.openNew);
  expect(result.current.openRerun).toBe(before.openRerun);
});

test.each(['abc', '0', '-1', '1.5', '99999999999999999999', '1; drop'])('takes ?run=%s for no run', (run) => {
  window.history.replaceState(null, '', `/admin/jobs?run=${encodeURIComponent(run)}`);
  const { result } = renderHook(() => useOpenedRun(), { wrapper: inRouter });
  expect(result.current.runId).toBeNull();
});
