/** What a run expects of those it waits for: `succeeded` cancels it when one of them does not succeed. */
export const waitConditions = ['succeeded', 'finished'] as const;
export type WaitCondition = (typeof waitConditions)[number];

/** How long a key is taken: until its run is claimed, until it has ended, or for a time. */
export const uniqueScopes = ['queued', 'running', 'period'] as const;
export type UniqueScope = (typeof uniqueScopes)[number];

/** What becomes of a request whose key is taken. */
export const onConflicts = ['refuse', 'existing', 'replace', 'after'] as const;
export type OnConflict = (typeof onConflicts)[number];
