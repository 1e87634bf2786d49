import type { JobActivity } from '@job-manager/shared/contract/definitions';
import type { JobDefinition } from '@job-manager/shared/contract/run';
import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { activityQuery } from '../../api/job-activity-queries';
import { StatusMark } from '../../components/JobStatusBadge';
import { RelativeTime } from '../../components/RelativeTime';
import { statusAppearance } from '../../components/status';
import classes from './FindJob.module.css';

interface Props {
  definitions: readonly JobDefinition[];
  onChoose: (jobName: string) => void;
  onClose: () => void;
}

/** Jobs by name, description and channel, the one that was used last first. */
export function FindJob({ definitions, onChoose, onClose }: Props) {
  const [text, setText] = useState('');
  const { data: activity = [] } = useQuery(activityQuery());
  const combobox = useCombobox({ opened: true });
  const { selectFirstOption } = combobox;
  const lastRuns = new Map(activity.map(({ jobName, lastRun }) => [jobName, lastRun]));
  const found = definitions
    .filter((job) => isMatch(job, text))
    .sort((a, b) => lastAt(lastRuns.get(b.name)).localeCompare(lastAt(lastRuns.get(a.name))));
  const shown = found.map(({ id }) => id).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: Enter is to take the first of the current results.
  useEffect(() => {
    selectFirstOption();
  }, [selectFirstOption, shown]);
  return (
    <Combobox store={combobox} onOptionSubmit={onChoose}>
      <Combobox.EventsTarget withExpandedAttribute>
        <TextInput
          aria-label="Find a job"
          placeholder="Name, description or channel"
          leftSection={<IconSearch size={16} aria-hidden />}
          maxLength={100}
          autoFocus
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            // It closes the search, not the dialog around it.
            event.stopPropagation();
            onClose();
          }}
        />
      </Combobox.EventsTarget>
      <Combobox.Options className={classes.options} aria-label="Jobs">
        {found.map((job) => (
          <Combobox.Option key={job.id} value={job.id} className={classes.option}>
            <span className={classes.name}>{job.name}</span>
            <span className={classes.facts}>
              {job.channel}
              <LastRun run={lastRuns.get(job.name) ?? null} />
            </span>
            <span className={classes.description}>{job.description}</span>
          </Combobox.Option>
        ))}
        {found.length === 0 && <Combobox.Empty>No job matches; looked among {definitions.length}.</Combobox.Empty>}
      </Combobox.Options>
    </Combobox>
  );
}

function LastRun({ run }: { run: JobActivity['lastRun'] }) {
  if (run === null) return <span>never run</span>;
  return (
    <span className={classes.last}>
      <StatusMark status={run.status} />
      <span className="visually-hidden">{statusAppearance[run.status].label}</span>
      <RelativeTime at={run.finishedAt} isPast />
    </span>
  );
}

const lastAt = (run: JobActivity['lastRun'] | undefined): string => run?.finishedAt ?? '';

/** All words of the text, in any order. */
function isMatch({ name, description, channel }: JobDefinition, text: string): boolean {
  const content = `${name} ${description} ${channel}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => content.includes(word));
}
