/** What an active run that can be cancelled does now: `due` is queued, and its time has come; that of `retrying` and `scheduled` has not. */
export const cancellableStates = ['running', 'due', 'retrying', 'scheduled', 'blocked'] as const;
