import type { JobRun } from '@job-manager/shared/contract/run';
import { isRunId } from '@job-manager/shared/contract/run-id';
import { Button, Checkbox } from '@mantine/core';
import { IconArrowsExchange, IconGitCompare } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { parseAsBoolean, parseAsString, useQueryStates } from 'nuqs';
import { toFailure } from '../../api/failure';
import { runQuery } from '../../api/job-queries';
import { StatusMark } from '../../components/JobStatusBadge';
import { RunPageLink } from '../../components/RunPageLink';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { Page } from '../../ui/Page';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import classes from './ComparePage.module.css';
import { type ComparedGroup, compareRuns } from './comparison';

const place = { a: parseAsString, b: parseAsString, all: parseAsBoolean.withDefault(false) };

/** Two runs side by side: `/admin/jobs/compare?a=300&b=241`. */
export function ComparePage() {
  const [{ a, b, all }, set] = useQueryStates(place, { history: 'replace' });
  const [first, second] = [useCompared(a), useCompared(b)];
  return (
    <Page
      title="Compare runs"
      trail={[{ label: 'Runs', to: paths.jobs }, { label: 'Compare' }]}
      actions={
        <>
          <Checkbox
            label="Only differences"
            checked={!all}
            onChange={({ currentTarget }) => void set({ all: currentTarget.checked ? null : true })}
          />
          <Button
            variant="default"
            leftSection={<IconArrowsExchange size={16} />}
            onClick={() => void set({ a: b, b: a })}
          >
            Swap
          </Button>
        </>
      }
    >
      <Section title="Two runs" isTitleHidden>
        <div className={classes.heads}>
          <RunHead label="First" compared={first} />
          <RunHead label="Second" compared={second} />
        </div>
        {a !== null && a === b && first.run && <p className={classes.note}>The same run.</p>}
        {first.run && second.run && a !== b && <Comparison a={first.run} b={second.run} isWhole={all} />}
      </Section>
    </Page>
  );
}

interface Compared {
  run: JobRun | undefined;
  isPending: boolean;
  /** Why there is no run to compare. */
  problem: string | null;
}

function useCompared(id: string | null): Compared {
  const isNumber = id !== null && isRunId(id);
  const { data: run, error, isPending } = useQuery({ ...runQuery(id ?? ''), enabled: isNumber, retry: false });
  if (!isNumber) return { run: undefined, isPending: false, problem: 'No run chosen: the address names its number.' };
  return { run, isPending: isPending && error === null, problem: error && toFailure(error).details };
}

function RunHead({ label, compared: { run, isPending, problem } }: { label: string; compared: Compared }) {
  return (
    <div className={classes.head}>
      <span className={classes.which}>{label}</span>
      {run && (
        <span className={classes.run}>
          <StatusMark status={run.status} />
          <RunPageLink jobRunId={run.id}>
            {run.jobName} #{run.id}
          </RunPageLink>
        </span>
      )}
      {isPending && <RowSkeletons rows={1} isDense label="Loading the run" />}
      {problem !== null && run === undefined && <span className="dimmed">{problem}</span>}
    </div>
  );
}

function Comparison({ a, b, isWhole }: { a: JobRun; b: JobRun; isWhole: boolean }) {
  const groups = compareRuns(a, b).filter(({ rows }) => rows.some(({ isSame }) => isWhole || !isSame));
  if (groups.length === 0)
    return <EmptyState icon={IconGitCompare} title="No differences" text="All that is known of them is the same." />;
  return (
    <>
      {a.jobName !== b.jobName && <p className={classes.note}>These are runs of different jobs.</p>}
      {groups.map((group) => (
        <Group key={group.title} group={group} isWhole={isWhole} />
      ))}
    </>
  );
}

function Group({ group: { title, rows }, isWhole }: { group: ComparedGroup; isWhole: boolean }) {
  const differing = rows.filter(({ isSame }) => !isSame).length;
  return (
    <table className={classes.table}>
      <caption className={classes.caption}>
        {title}
        <span className="dimmed">
          {' '}
          {differing.toLocaleString('en')} of {rows.length.toLocaleString('en')} differ
        </span>
      </caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Fact</th>
          <th scope="col">First</th>
          <th scope="col">Second</th>
          <th scope="col">Change</th>
        </tr>
      </thead>
      <tbody>
        {rows
          .filter(({ isSame }) => isWhole || !isSame)
          .map(({ label, a, b, isSame, change }) => (
            <tr key={label} data-same={isSame || undefined}>
              <th scope="row">{label}</th>
              <td data-label="First">{a}</td>
              <td data-label="Second">{b}</td>
              <td className={classes.change}>{change ?? (isSame ? 'same' : 'changed')}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
