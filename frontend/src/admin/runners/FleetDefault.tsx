import type { RunnerDefaults, RunnerDetails } from '@job-manager/shared/contract/runners';
import { describeRunnerChange, listRunnerChanges } from '@job-manager/shared/runner';
import { Button } from '@mantine/core';
import { toFailure } from '../../api/failure';
import { useCan } from '../../api/session';
import { RelativeTime } from '../../components/RelativeTime';
import { isAlive } from '../../components/runners';
import { ErrorMessage } from '../../ui/ErrorMessage';
import classes from './runners.module.css';
import { useRemoveDefaults } from './useBroadcast';

interface Props {
  defaults: RunnerDefaults;
  runners: readonly RunnerDetails[];
}

/** What runners take over when they start, and which of those that live are set otherwise; nothing without such a default. */
export function FleetDefault({ defaults: { change, updatedBy, updatedAt }, runners }: Props) {
  const canRemove = useCan('manageSettings');
  const { mutate, isPending, error } = useRemoveDefaults();
  if (change === null) return null;
  const others = runners.filter(
    (runner) => isAlive(runner) && runner.kind !== 'CLI' && listRunnerChanges(runner, change).length > 0,
  );
  return (
    <section className={classes.default} aria-label="Default of runners">
      <p>
        Runners start with {describeRunnerChange(change)}
        {updatedBy !== null && ` (set by ${updatedBy}`}
        {updatedBy !== null && updatedAt !== null && (
          <>
            {' '}
            <RelativeTime at={updatedAt} isPast />)
          </>
        )}
        . {describeOthers(others)}
      </p>
      {canRemove && (
        <Button size="compact-sm" variant="subtle" color="gray" loading={isPending} onClick={() => mutate()}>
          Remove the default
        </Button>
      )}
      {error && <ErrorMessage>{toFailure(error).details}</ErrorMessage>}
    </section>
  );
}

const NAMED = 3;

function describeOthers(others: readonly RunnerDetails[]): string {
  if (others.length === 0) return 'All that live are set so.';
  const names = others.slice(0, NAMED).map(({ name }) => name);
  const rest = others.length > NAMED ? ` and ${others.length - NAMED} more` : '';
  const verb = others.length === 1 ? 'is' : 'are';
  return `${names.join(', ')}${rest} ${verb} set otherwise.`;
}
