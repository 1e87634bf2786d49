import type { RunnerLogLine } from '@job-manager/shared/contract/runners';
import { runnerLogLevels } from '@job-manager/shared/runner';
import { NativeSelect, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect, useRef, useState } from 'react';
import { Pending } from '../../components/Pending';
import { DateTime } from '../../components/RelativeTime';
import { FilterBar } from '../../ui/FilterBar';
import { SearchField } from '../../ui/SearchField';
import { Tag, type TagTone } from '../../ui/Tag';
import { logQuery } from './calls';
import classes from './runners.module.css';

type Level = RunnerLogLine['level'];
const tones: Record<Level, TagTone> = { debug: 'neutral', info: 'neutral', warn: 'warning', error: 'failed' };
const FOLLOW_MS = 2_000;

/** What a runner logs: warnings and errors of the last day, and everything while it is followed. */
export function RunnerLog({ runnerId, isAlive }: { runnerId: string; isAlive: boolean }) {
  const [level, setLevel] = useState<Level>('debug');
  const [q, setQ] = useState('');
  const [isFollowed, setFollowed] = useState(false);
  const follow = isFollowed && isAlive;
  const query = useQuery({
    ...logQuery({ runnerId, level, follow }),
    refetchInterval: follow ? FOLLOW_MS : false,
    placeholderData: (before) => before,
  });
  const lines = query.data?.lines.filter((line) => matches(line, q));
  return (
    <div>
      <FilterBar>
        <SearchField label="Search the log" value={q} maxLength={100} onChange={(text) => setQ(text)} />
        <NativeSelect
          aria-label="Level"
          data={[
            { value: 'debug', label: 'All levels' },
            { value: 'info', label: 'Info and worse' },
            { value: 'warn', label: 'Warnings and errors' },
            { value: 'error', label: 'Errors' },
          ]}
          value={level}
          onChange={(event) => setLevel(runnerLogLevels.find((each) => each === event.currentTarget.value) ?? 'debug')}
        />
        {isAlive && (
          <Switch label="Follow" checked={isFollowed} onChange={(event) => setFollowed(event.currentTarget.checked)} />
        )}
      </FilterBar>
      {lines === undefined ? (
        <Pending query={query} what="The log" rows={4} />
      ) : lines.length === 0 ? (
        <p className="dimmed">{describeNone(q, follow)}</p>
      ) : (
        <Lines lines={lines} isFollowed={follow} />
      )}
    </div>
  );
}

function describeNone(q: string, isFollowed: boolean): string {
  if (q !== '') return 'No line matches.';
  return isFollowed
    ? 'Nothing has been logged yet.'
    : 'No warning or error in the last 24 hours. Follow shows everything that it logs from then on.';
}

const textOf = ({ message, data }: RunnerLogLine): string =>
  data === null || data === undefined ? message : `${message} ${JSON.stringify(data)}`;

const matches = (line: RunnerLogLine, q: string): boolean =>
  textOf(line).toLowerCase().includes(q.trim().toLowerCase());

/** At its end while it is followed. */
function Lines({ lines, isFollowed }: { lines: readonly RunnerLogLine[]; isFollowed: boolean }) {
  const list = useRef<HTMLOListElement>(null);
  const last = lines.at(-1)?.id;
  useLayoutEffect(() => {
    if (last !== undefined && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [last]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable to be scrolled by keyboard
    <ol ref={list} className={classes.log} tabIndex={0} aria-label="Lines of the log" data-follow={isFollowed}>
      {lines.map((line) => (
        <li key={line.id}>
          <DateTime at={line.at} />
          <Tag tone={tones[line.level]}>{line.level}</Tag>
          <span title={textOf(line)}>{line.message}</span>
          <Data line={line} />
        </li>
      ))}
    </ol>
  );
}

const Data = ({ line: { data } }: { line: RunnerLogLine }) =>
  data === null || data === undefined ? null : <code>{JSON.stringify(data)}</code>;
