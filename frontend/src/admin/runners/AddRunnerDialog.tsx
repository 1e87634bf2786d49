import type { RunnerSetup } from '@job-manager/shared/contract/runners';
import { Button, Group, Loader, Modal, NativeSelect, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { trackError } from '../../api/errorTracking';
import { toFailure } from '../../api/failure';
import { useAction } from '../../api/useAction';
import { isAlive } from '../../components/runners';
import { formatDuration } from '../../lib/duration';
import { paths } from '../../paths';
import { CodeBlock } from '../../ui/CodeBlock';
import { CopyButton } from '../../ui/CopyButton';
import { ErrorMessage } from '../../ui/ErrorMessage';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { describeSetup, listRunnerPlaces, type RunnerPlace } from './add-runner';
import { calls, setupQuery, useRunners } from './calls';
import classes from './runners.module.css';

/** How to start a runner where it is wanted, and whether it has come. */
export function AddRunnerDialog({ onClose }: { onClose: () => void }) {
  const { data, error, refetch } = useQuery(setupQuery());
  return (
    <Modal opened onClose={onClose} title="Add a runner" size="46rem" centered returnFocus={false}>
      {data ? (
        <AddRunner setup={data} />
      ) : error ? (
        <ErrorPanel title="Could not be loaded" details={toFailure(error).details} onRetry={() => void refetch()} />
      ) : (
        <Loader aria-label="Loading" />
      )}
      <Listening />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
      </Group>
    </Modal>
  );
}

/** The choice of a place, and the command for it. */
export function AddRunner({ setup }: { setup: RunnerSetup }) {
  const [place, setPlace] = useState<RunnerPlace>(setup.isHosted ? 'application' : 'server');
  const [labels, setLabels] = useState('');
  const places = listRunnerPlaces(setup);
  const { text, note } = describeSetup(place, setup, labels.trim());
  return (
    <div className={classes.add}>
      <NativeSelect
        label="Where"
        data={[...places]}
        value={place}
        onChange={(event) => setPlace(places.find(({ value }) => value === event.currentTarget.value)?.value ?? place)}
      />
      {place === 'server' && <StartHere setup={setup} />}
      <TextInput
        label="Labels"
        description="Optional, such as region=eu-west,team=media"
        value={labels}
        maxLength={200}
        onChange={(event) => setLabels(event.currentTarget.value)}
      />
      <CodeBlock label="Command" text={text} />
      <div>
        <CopyButton text={text} label="Copy" size="compact-sm" description="Copy the command" />
      </div>
      <p className="dimmed">{note}</p>
    </div>
  );
}

function StartHere({ setup: { here } }: { setup: RunnerSetup }) {
  const { start, isPending, errorText } = useStartHere();
  return (
    <>
      <Group gap="xs">
        <Button loading={isPending} disabled={here.refusal !== null} onClick={start}>
          Start one here
        </Button>
        <span className="dimmed">{here.refusal ?? `The server runs ${here.running} of at most ${here.max}.`}</span>
      </Group>
      {errorText !== null && <ErrorMessage>{errorText}</ErrorMessage>}
    </>
  );
}

/** Waits for a runner that was not there when the dialog was opened. */
function Listening() {
  const runners = useRunners();
  const [openedAt] = useState(() => Date.now());
  const [known] = useState(() => new Set(runners.map(({ id }) => id)));
  const joined = runners.filter((runner) => !known.has(runner.id) && isAlive(runner));
  return (
    <div role="status" className={classes.listening}>
      {joined.length === 0 ? (
        <p>
          <Loader size="xs" aria-hidden /> Listening for a new runner…
        </p>
      ) : (
        <ul>
          {joined.map(({ id, name, startedAt }) => (
            <li key={id}>
              ✓ <Link to={paths.runnerPage(id)}>{name}</Link> joined after{' '}
              {formatDuration(Math.max(0, Date.parse(startedAt) - openedAt))}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Has the server start one more runner on its machine. */
function useStartHere() {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useAction({
    mutationFn: () => calls.startRunnerHere(),
    onError: (failed) => trackError(failed, { action: 'startRunnerHere', component: 'RunnersPage' }),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: setupQuery().queryKey }),
  });
  return { start: () => mutate(), isPending, errorText: error ? toFailure(error).details : null };
}
