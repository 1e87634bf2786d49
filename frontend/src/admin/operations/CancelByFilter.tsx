import { cancellableStates } from '@job-manager/shared/contract/active-runs';
import { Autocomplete, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { definitionsQuery } from '../../api/job-queries';
import { BulkButton } from '../../components/bulk/BulkButton';
import classes from './operations.module.css';

type State = (typeof cancellableStates)[number];

const states = [
  { value: 'running', label: 'Running' },
  { value: 'due', label: 'Due' },
  { value: 'retrying', label: 'Retrying' },
  { value: 'scheduled', label: 'Scheduled' },
  { value: 'blocked', label: 'Waiting for others' },
] satisfies { value: State; label: string }[];

/** Takes a filter of the active runs to cancel. */
export function CancelByFilter() {
  const { data: definitions = [] } = useQuery(definitionsQuery());
  const [jobName, setJobName] = useState('');
  const [channel, setChannel] = useState('');
  const [state, setState] = useState<State | null>(null);
  const filter = {
    jobName: jobName.trim() || undefined,
    channel: channel.trim() || undefined,
    state: state ?? undefined,
  };
  const isEmpty = Object.values(filter).every((value) => value === undefined);
  return (
    <div className={classes.form}>
      <Autocomplete label="Job" data={definitions.map(({ name }) => name)} value={jobName} onChange={setJobName} />
      <TextInput label="Channel" value={channel} onChange={(event) => setChannel(event.currentTarget.value)} />
      <Select
        label="State"
        data={states}
        value={state}
        onChange={(value) => setState(cancellableStates.find((one) => one === value) ?? null)}
        clearable
      />
      <BulkButton
        action="cancel"
        size="sm"
        disabled={isEmpty}
        title={isEmpty ? 'Name a job, a channel or a state' : undefined}
        request={() => ({ action: 'cancel', filter })}
      >
        Preview…
      </BulkButton>
    </div>
  );
}
