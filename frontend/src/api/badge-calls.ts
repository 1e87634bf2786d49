import { runLists } from '@job-manager/shared/contract/run-lists';
import { createClient } from './client';

const client = createClient({ runLists });

/** The figures beside the items of the navigation. */
export const readBadges = (signal: AbortSignal) => client.runLists.badges(undefined, { signal });

export type Badges = Awaited<ReturnType<typeof readBadges>>;
