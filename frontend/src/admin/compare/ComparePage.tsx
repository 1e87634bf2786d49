import type { JobRun } from '@job-manager/shared/contract/run';
import { isRunId } from '@job-manager/shared/contract/run-id';
import { Button, Checkbox, TextInput } from '@mantine/core';
import { IconArrowsExchange, IconGitCompare } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { parseAsBoolean, parseAsString, useQueryStates } from 'nuqs';
import { useState } from 'react';
import { type Failure, toFailure } from '../../api/failure';
import { runQuery } from '../../api/job-queries';
import { StatusMark } from '../../components/JobStatusBadge';
import { RunPageLink } from '../../components/RunPageLink';
import { paths } from '../../paths';
import { EmptyState } from '../../ui/EmptyState';
import { ErrorPanel } from '../../ui/ErrorPanel';
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
          <RunHead label="First" compared={first} onChoose={(id) => void set({ a: id })} />
          <RunHead label="Second" compared={second} onChoose={(id) => void set({ b: id })} />
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
  /** Why there is no run to compare; null where there is one, or none was chosen. */
  problem: Failure | null;
  retry: () => void;
}

function useCompared(id: string | null): Compared {
  const isNumber = id !== null && isRunId(id);
  const query = useQuery({ ...runQuery(id ?? ''), enabled: isNumber, retry: false });
  const { data: run, error, isPending } = query;
  const retry = () => void query.refetch();
  if (!isNumber) return { run: undefined, isPending: false, problem: null, retry };
  return { run, isPending: isPending && error === null, problem: error && toFailure(error), retry };
}

interface RunHeadProps {
  label: string;
  compared: Compared;
  onChoose: (jobRunId: string) => void;
}

function RunHead({ label, compared: { run, isPending, problem, retry }, onChoose }: RunHeadProps) {
  const isGone = problem?.status === 404;
  return (
    <div className={classes.head}>
      {(run !== undefined || isPending) && <span className={classes.which}>{label}</span>}
      {run && (
        <span className={classes.run}>
          <StatusMark status={run.status} />
          <RunPageLink jobRunId={run.id}>
            {run.jobName} #{run.id}
          </RunPageLink>
        </span>
      )}
      {isPending && <RowSkeletons rows={1} isDense label="Loading the run" />}
      {problem !== null &&
        run === undefined &&
        (isGone ? (
          <span className="dimmed">{problem.details}</span>
        ) : (
          <ErrorPanel title="The run could not be loaded" details={problem} onRetry={retry} />
        ))}
      {run === undefined && !isPending && <RunChoice label={label} onChoose={onChoose} />}
    </div>
  );
}

/** Takes the number of a run. */
function RunChoice({ label, onChoose }: Pick<RunHeadProps, 'label' | 'onChoose'>) {
  const [typed, setTyped] = useState('');
  const [isRefused, setRefused] = useState(false);
  const id = typed.trim().replace(/^#/, '');
  return (
    <form
      className={classes.choice}
      onSubmit={(event) => {
        event.preventDefault();
        setRefused(!isRunId(id));
        if (isRunId(id)) onChoose(id);
      }}
    >
      <TextInput
        label={`${label} run`}
        placeholder="Its number, such as 300"
        inputMode="numeric"
        autoComplete="off"
        value={typed}
        error={isRefused && !isRunId(id) ? 'Enter the number of a run' : null}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button type="submit" variant="default">
        Choose
      </Button>
    </form>
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
          .map(({ label, a, b, isSame, change, shares }) => (
            <tr key={label} data-same={isSame || undefined}>
              <th scope="row">{label}</th>
              <td data-label="First">
                {a}
                <Bar share={shares?.a} />
              </td>
              <td data-label="Second">
                {b}
                <Bar share={shares?.b} />
              </td>
              <td className={classes.change}>{change ?? (isSame ? 'same' : 'changed')}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

/** How long a step took, on the scale of all of them; the figure stands above it. */
function Bar({ share }: { share: number | null | undefined }) {
  if (share == null) return null;
  return <span className={classes.bar} style={{ width: `${Math.max(1, Math.round(100 * share))}%` }} aria-hidden />;
}
