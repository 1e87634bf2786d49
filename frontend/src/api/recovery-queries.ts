import type { recovery } from '@job-manager/shared/contract/recovery';
import type { InferContractRouterOutputs } from '@orpc/contract';
import { api, client } from './client';

type Preview = InferContractRouterOutputs<typeof recovery>['previewCleanup'];
/** A run that is to be helped: what becomes of it, and why. */
export type AffectedRun = NonNullable<Preview['runs']>[number];

// A preview is read when its dialog opens and forgotten when it closes: what is agreed to is what is shown.
const asOfOpening = { gcTime: 0, staleTime: Number.POSITIVE_INFINITY, meta: { isQuiet: true } };

/** The runs that a cleanup would take back, and why. */
export const cleanupPreviewQuery = () => api.recovery.previewCleanup.queryOptions(asOfOpening);

/** Takes these runs back, where they are still stalled. */
export const cleanUpStalled = (jobRunIds: string[]) => client.recovery.cleanupStalled({ jobRunIds });

/** The runs that an emergency cleanup would fail. */
export const emergencyPreviewQuery = () => api.recovery.previewEmergency.queryOptions(asOfOpening);

export const emergencyCleanup: typeof client.recovery.emergencyCleanup = (input) =>
  client.recovery.emergencyCleanup(input);
