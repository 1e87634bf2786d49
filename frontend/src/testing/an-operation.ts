import type { BulkOperation, BulkPreview } from '@job-manager/shared/contract/bulk';
import { HttpResponse, http } from 'msw';
import { ago } from './a-run';

/** An act on many runs that has ended well. */
export const anOperation = (more: Partial<BulkOperation> = {}): BulkOperation => ({
  id: '12',
  action: 'rerun',
  state: 'DONE',
  total: 60,
  done: 60,
  skipped: 0,
  problems: [],
  ids: null,
  filter: { jobName: 'match-scores' },
  reason: null,
  batchId: '7',
  createdBy: 'ada@example.com',
  startedAt: ago(10),
  finishedAt: ago(5),
  abortedBy: null,
  error: null,
  ...more,
});

export const aBulkPreview = (more: Partial<BulkPreview> = {}): BulkPreview => ({
  token: '00000000-0000-4000-8000-000000000001',
  total: 60,
  isCut: false,
  searchedBackTo: null,
  rest: null,
  byJob: [{ jobName: 'match-scores', runs: 60 }],
  byStatus: [{ status: 'FAILED', runs: 60 }],
  first: [],
  cannot: [],
  ...more,
});

/** Answers the preview and the start of an act on many runs; `sent` has what was requested. */
export function serveBulk(preview: BulkPreview, operation: BulkOperation) {
  const sent: unknown[] = [];
  const note = async (request: Request) => sent.push(await request.json());
  const handlers = [
    http.post('/api/admin/jobs/bulk/preview', async ({ request }) => {
      await note(request);
      return HttpResponse.json(preview);
    }),
    http.post('/api/admin/jobs/bulk', async ({ request }) => {
      await note(request);
      return HttpResponse.json({ operation });
    }),
  ];
  return { sent, handlers };
}
