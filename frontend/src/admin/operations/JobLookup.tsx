import type { LookupHit } from '@job-manager/shared/contract/run-lists';
import { Anchor, Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'react-router-dom';
import { lookupQuery } from '../../api/run-list-queries';
import { BatchLink, ScheduleLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { RunLink } from '../../components/RunLink';
import { historyWith, useOpenedRun } from '../../components/url-state';
import { Section } from '../../ui/Section';
import classes from './operations.module.css';

/** Finds runs, batches and schedules by what one has of them; a run that is all there is opens. */
export function JobLookup() {
  const [typed, setTyped] = useState('');
  const [wanted, setWanted] = useState('');
  const query = useQuery({ ...lookupQuery(wanted), enabled: wanted !== '' });
  const hits = wanted === '' ? undefined : query.data;
  const { open } = useOpenedRun();
  const only = onlyRunOf(hits);
  useEffect(() => {
    if (only !== null) open(only);
  }, [only, open]);
  return (
    <Section title="Job Lookup">
      <form
        className={classes.lookup}
        onSubmit={(event) => {
          event.preventDefault();
          setWanted(typed.trim());
        }}
      >
        <TextInput
          label="Number, correlation id, key or name"
          value={typed}
          maxLength={200}
          autoComplete="off"
          data-key="f"
          onClick={(event) => event.currentTarget.focus()}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          Look up
        </Button>
      </form>
      <div role="status">
        {wanted !== '' && hits === undefined && <Pending query={query} what="The result" rows={1} isDense />}
        {hits !== undefined && hits.length > 0 && (
          <ul className={classes.hits}>
            {hits.map((hit) => (
              <Hit key={keyOf(hit)} hit={hit} />
            ))}
          </ul>
        )}
        {hits?.length === 0 && (
          <p className={classes.text}>
            No run, batch or schedule has this number, correlation id, key or name.{' '}
            <Anchor component={Link} to={historyWith({ time: '7d', more: { text: wanted } })} inherit>
              Search the history for it
            </Anchor>
          </p>
        )}
      </div>
    </Section>
  );
}

function onlyRunOf(hits: readonly LookupHit[] = []): string | null {
  const [hit, ...others] = hits;
  if (hit === undefined || others.length > 0) return null;
  if (hit.kind === 'correlation') return hit.runs.length === 1 ? (hit.runs[0]?.id ?? null) : null;
  return hit.kind === 'run' || hit.kind === 'key' ? hit.run.id : null;
}

const keyOf = (hit: LookupHit): string =>
  hit.kind === 'correlation' ? 'correlation' : `${hit.kind} ${JSON.stringify(Object.values(hit)).slice(0, 60)}`;

function Hit({ hit }: { hit: LookupHit }) {
  switch (hit.kind) {
    case 'run':
      return <RunHit by="Number" run={hit.run} />;
    case 'key':
      return <RunHit by="Key" run={hit.run} />;
    case 'batch':
      return (
        <li>
          Batch <BatchLink id={hit.batch.id} name={`${hit.batch.name} #${hit.batch.id}`} />
        </li>
      );
    case 'schedule':
      return (
        <li>
          Schedule <ScheduleLink id={hit.schedule.id} name={hit.schedule.name} />
        </li>
      );
    case 'correlation':
      return (
        <>
          {hit.runs.map((run) => (
            <RunHit key={run.id} by="Correlation id" run={run} />
          ))}
          {hit.hasMore && (
            <li>
              <Anchor
                component={Link}
                to={historyWith({ time: '30d', more: { correlationId: hit.correlationId } })}
                inherit
              >
                More runs with this correlation id
              </Anchor>
            </li>
          )}
        </>
      );
  }
}

function RunHit({ by, run }: { by: string; run: { id: string; jobName: string; status: string } }) {
  return (
    <li>
      {by} <RunLink jobRunId={run.id} /> {run.jobName}, {run.status.toLowerCase()}
    </li>
  );
}
