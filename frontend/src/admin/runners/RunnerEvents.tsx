import type { RunnerDetails, RunnerEvent } from '@job-manager/shared/contract/runners';
import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useState } from 'react';
import { ActorLink, RunnerPageLink } from '../../components/EntityLinks';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { FilterBar } from '../../ui/FilterBar';
import { Cell, Table } from '../../ui/Table';
import { Tag, type TagTone } from '../../ui/Tag';
import { eventsQuery } from './calls';
import classes from './runners.module.css';

const columns = [{ label: 'When' }, { label: 'Runner' }, { label: 'What' }, { label: 'By' }, { label: 'Severity' }];

const tones: Record<RunnerEvent['severity'], TagTone> = { info: 'neutral', warning: 'warning', error: 'failed' };
const severities = ['warning', 'error'] as const;

const HOUR_MS = 3_600_000;
const spans = { hour: HOUR_MS, day: 24 * HOUR_MS } as const;
const spanNames = ['hour', 'day'] as const;

interface Props {
  /** Only its events. */
  runnerId?: string;
  /** To choose one of. */
  runners?: readonly Pick<RunnerDetails, 'id' | 'name'>[];
}

/** What happened to runners, the newest first; of one where it is named. */
export function RunnerEvents({ runnerId, runners = [] }: Props) {
  const [severity, setSeverity] = useQueryState('severity', parseAsStringLiteral(severities));
  const [chosen, choose] = useState('');
  const [since, setSince] = useState<string>();
  const of = runnerId ?? chosen;
  const which = { ...(of !== '' && { runnerId: of }), ...(severity && { severity }), ...(since && { since }) };
  const query = useQuery(eventsQuery(which));
  const events = query.data?.events;
  return (
    <>
      <FilterBar>
        <NativeSelect
          aria-label="Severity"
          data={[
            { value: '', label: 'All events' },
            { value: 'warning', label: 'Warnings and errors' },
            { value: 'error', label: 'Errors' },
          ]}
          value={severity ?? ''}
          onChange={(event) => void setSeverity(severities.find((each) => each === event.currentTarget.value) ?? null)}
        />
        {runners.length > 1 && (
          <NativeSelect
            aria-label="Runner"
            data={[{ value: '', label: 'All runners' }, ...runners.map(({ id, name }) => ({ value: id, label: name }))]}
            value={chosen}
            onChange={(event) => choose(event.currentTarget.value)}
          />
        )}
        <NativeSelect
          aria-label="Since"
          data={[
            { value: '', label: 'Any time' },
            { value: 'hour', label: 'Last hour' },
            { value: 'day', label: 'Last 24 hours' },
          ]}
          onChange={(event) => {
            const span = spanNames.find((each) => each === event.currentTarget.value);
            setSince(span && new Date(Date.now() - spans[span]).toISOString());
          }}
        />
      </FilterBar>
      {events === undefined ? (
        <Pending query={query} what="Events" rows={3} />
      ) : events.length === 0 ? (
        <p className="dimmed">
          {Object.keys(which).length > (runnerId ? 1 : 0) ? 'None matches.' : 'Nothing has happened yet.'}
        </p>
      ) : (
        <Table caption="Events" columns={columns} stackOn="tablet">
          {events.map(({ id, at, runnerId: ofRunner, runnerName, message, actor, severity: level }) => (
            <tr key={id}>
              <Cell label="When">
                <RelativeTime at={at} isPast />
              </Cell>
              <Cell isHeader>
                <span className="long-name">
                  <RunnerPageLink id={ofRunner} name={runnerName} />
                </span>
              </Cell>
              <Cell label="What">
                <span className={classes.message}>{message}</span>
              </Cell>
              <Cell label="By" isEmpty={actor === null}>
                {actor !== null && (
                  <span className="long-name">
                    <ActorLink actor={actor}>{actor}</ActorLink>
                  </span>
                )}
              </Cell>
              <Cell label="Severity" isCorner>
                <Tag tone={tones[level]}>{level}</Tag>
              </Cell>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
