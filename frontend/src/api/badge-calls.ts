import { badges } from '@job-manager/shared/contract/badges';
import { createClient } from './client';

const client = createClient({ runLists: badges });

/** The figures beside the items of the navigation. */
export const readBadges = (signal: AbortSignal) => client.runLists.badges(undefined, { signal });

export type Badges = Awaited<ReturnType<typeof readBadges>>;
