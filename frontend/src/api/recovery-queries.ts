import { recovery } from '@job-manager/shared/contract/recovery';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { createClient } from './client';

// Made apart from the other calls: the first page makes none of these.
const { recovery: calls } = createClient({ recovery });
const api = createTanstackQueryUtils(calls, { path: ['recovery'] });

type Preview = Awaited<ReturnType<typeof calls.previewCleanup>>;
/** A run that is to be helped: what becomes of it, and why. */
export type AffectedRun = NonNullable<Preview['runs']>[number];

// A preview is read when its dialog opens and discarded when it closes: the person confirms what the dialog shows.
const asOfOpening = { gcTime: 0, staleTime: Number.POSITIVE_INFINITY, meta: { isQuiet: true } };

/** The runs that a cleanup would recover, and why. */
export const cleanupPreviewQuery = () => api.previewCleanup.queryOptions(asOfOpening);

/** Takes these runs back, where they are still stalled. */
export const cleanUpStalled = (jobRunIds: string[]) => calls.cleanupStalled({ jobRunIds });

/** The runs that an emergency cleanup would fail. */
export const emergencyPreviewQuery = () => api.previewEmergency.queryOptions(asOfOpening);

export const emergencyCleanup: typeof calls.emergencyCleanup = (input) => calls.emergencyCleanup(input);

/** Fails a run that doesn't stop within `graceMs`. */
export const forceFailRun = (jobRunId: string, graceMs: number, reason?: string) =>
  calls.forceFail({ jobRunId, graceMs, reason });
