import type { ClientErrorGroup } from '@job-manager/shared/contract/errors';
import { IconAlertTriangle, IconCircleX, type TablerIcon } from '@tabler/icons-react';
import type { TagTone } from '../../ui/Tag';

export type ErrorLevel = ClientErrorGroup['level'];

export const errorLevels = ['error', 'warning'] as const satisfies ErrorLevel[];

export const levelAppearance = {
  error: { label: 'Error', icon: IconCircleX, tone: 'failed' },
  warning: { label: 'Warning', icon: IconAlertTriangle, tone: 'warning' },
} as const satisfies Record<ErrorLevel, { label: string; icon: TablerIcon; tone: TagTone }>;
