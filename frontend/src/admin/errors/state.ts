import type { ClientErrorState } from '@job-manager/shared/contract/errors';
import type { TagTone } from '../../ui/Tag';

export const stateAppearance = {
  OPEN: { label: 'Open', tone: 'failed' },
  RESOLVED: { label: 'Resolved', tone: 'success' },
  IGNORED: { label: 'Ignored', tone: 'neutral' },
} as const satisfies Record<ClientErrorState, { label: string; tone: TagTone }>;
