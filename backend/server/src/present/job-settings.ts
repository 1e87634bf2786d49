import type { JobSettingsRow } from '@job-manager/engine/store/job-settings';
import type { JobSettings } from '@job-manager/shared/contract/job-overrides';
import { presentPause } from './pause.js';

/** What operators set of a job, as the API shows it. */
export function presentJobSettings(row: JobSettingsRow): JobSettings {
  const { pausedAt, pausedBy, pauseReason, resumeAt, resumesInMs: _, ...settings } = row;
  return { ...settings, paused: presentPause({ pausedAt, pausedBy, pauseReason, resumeAt }) };
}
