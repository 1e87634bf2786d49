import { readMutesOf } from '@job-manager/engine/store/issue-mutes';
import type { Sql } from '@job-manager/engine/store/sql';
import { causeMuteKey, type FailureCause } from '@job-manager/shared/contract/failures';

type UnmutedCause = Omit<FailureCause, 'mutedUntil' | 'mutedBy'>;

/** Causes of failures with their current mutes: read each time, so that an operator sees a mute at once. */
export async function withMutes(sql: Sql, causes: readonly UnmutedCause[]): Promise<FailureCause[]> {
  const keyOf = ({ fingerprint }: UnmutedCause) => causeMuteKey(fingerprint);
  const mutes = await readMutesOf(sql, causes.map(keyOf));
  return causes.map((cause) => {
    const mute = mutes.get(keyOf(cause));
    return { ...cause, mutedUntil: mute?.until.toISOString() ?? null, mutedBy: mute?.mutedBy ?? null };
  });
}
