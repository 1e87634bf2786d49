import type { RunnerHealth } from '@job-manager/shared/contract/health';
import type { TagTone } from '../ui/Tag';

type Runner = Pick<RunnerHealth, 'host' | 'pid' | 'status'>;

/** What a runner is called on every screen. */
export const runnerName = ({ host, pid }: Pick<Runner, 'host' | 'pid'>): string => `${host}:${pid}`;

export const runnerAppearance: Record<RunnerHealth['status'], { label: string; tone: TagTone }> = {
  ACTIVE: { label: 'Active', tone: 'success' },
  DRAINING: { label: 'Draining', tone: 'warning' },
  STOPPED: { label: 'Stopped', tone: 'neutral' },
  LOST: { label: 'Lost', tone: 'failed' },
};

export const runnerKinds: Record<RunnerHealth['kind'], string> = {
  BUILT_IN: 'Built in',
  WORKER: 'Worker',
  CLI: 'Command line',
};

/** Whether it executes runs, be it for the last time. */
export const isAlive = ({ status }: Pick<Runner, 'status'>): boolean => status === 'ACTIVE' || status === 'DRAINING';
