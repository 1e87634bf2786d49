import { useQuery } from '@tanstack/react-query';
import { toFailure } from '../api/failure';
import { healthQuery } from '../api/health-queries';
import { CARD_STALE_MS, CardFact, EntityCard } from './EntityCard';
import { RelativeTime } from './RelativeTime';
import { isAlive, runnerAppearance, runnerName } from './runners';

/** A runner in brief: its state, its slots and its last heartbeat. */
export function RunnerCard({ name }: { name: string }) {
  const { data, error, isPending } = useQuery({ ...healthQuery(), staleTime: CARD_STALE_MS });
  const runner = data?.runners.find((each) => runnerName(each) === name);
  return (
    <EntityCard name={name} isLoading={isPending} error={error && toFailure(error).details}>
      <CardFact name="State">{runner ? runnerAppearance[runner.status].label : 'Gone for more than 24 hours'}</CardFact>
      {runner && (
        <>
          <CardFact name="Slots">
            {isAlive(runner) ? `${runner.activeRuns} of ${runner.concurrency} used` : 'none'}
          </CardFact>
          <CardFact name="Heartbeat">
            <RelativeTime at={runner.lastHeartbeatAt} isPast />
          </CardFact>
        </>
      )}
    </EntityCard>
  );
}
