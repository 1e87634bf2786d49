import { HttpResponse, http } from 'msw';
import { expect, test, vi } from 'vitest';
import { backend, problem } from '../testing/backend';
import { statsQuery } from './job-queries';
import { createQueryClient } from './query-client';

function create() {
  const listeners = { onSignedOut: vi.fn(), onFailure: vi.fn(), onStale: vi.fn() };
  return { listeners, queryClient: createQueryClient(listeners) };
}

test('reports data that could not be read, naming the call', async () => {
  const { listeners, queryClient } = create();
  backend.use(http.get('/api/admin/jobs/stats', () => problem(400)));
  await queryClient.prefetchQuery(statsQuery());
  expect(listeners.onFailure).toHaveBeenCalledExactlyOnceWith(expect.anything(), 'jobs.stats');
  expect(listeners.onStale).not.toHaveBeenCalled();
});

test('takes an ended session for no failure', async () => {
  const { listeners, queryClient } = create();
  backend.use(http.get('/api/admin/jobs/stats', () => problem(401)));
  await queryClient.prefetchQuery(statsQuery());
  expect(listeners.onSignedOut).toHaveBeenCalledOnce();
  expect(listeners.onFailure).not.toHaveBeenCalled();
});

test('shows that the data on screen has become stale', async () => {
  const { listeners, queryClient } = create();
  await queryClient.prefetchQuery(statsQuery());
  backend.use(http.get('/api/admin/jobs/stats', () => HttpResponse.error()));
  await queryClient.prefetchQuery(statsQuery());
  expect(listeners.onStale).toHaveBeenCalledOnce();
});
