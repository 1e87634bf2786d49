import type { Notice } from './message.js';

/** A notice that only tries a destination. */
export const testMessage = (key: string): Notice => ({
  key,
  messages: [
    {
      event: 'test',
      incident: {
        ...{ id: '0', rule: '', kind: 'health', severity: 'WARNING', title: 'Test', cause: '' },
        ...{ jobName: null, channel: null, fingerprint: null, lastRunId: null, count: null },
        ...{ openedAt: new Date(0).toISOString(), closedAt: null, closedBy: null },
      },
    },
  ],
});
