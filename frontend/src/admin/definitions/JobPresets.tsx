import { useQuery } from '@tanstack/react-query';
import { StatusMark } from '../../components/JobStatusBadge';
import { Pending } from '../../components/Pending';
import { RelativeTime } from '../../components/RelativeTime';
import { RunLink } from '../../components/RunLink';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import { presetsQuery, recentQuery } from './calls';
import type { ListedJob } from './DefinitionTable';
import classes from './definitions.module.css';

interface Props {
  jobName: string;
  job: ListedJob['job'];
}

/** Parameters under a name, and those of the last runs. */
export function JobPresets({ jobName, job }: Props) {
  return (
    <>
      <Section title="Presets" aside={<span className="dimmed">The form that runs the job offers and saves them</span>}>
        <Presets jobName={jobName} job={job} />
      </Section>
      <Section title="Recent parameters">
        <Recent jobName={jobName} />
      </Section>
    </>
  );
}

function Presets({ jobName, job }: Props) {
  const query = useQuery(presetsQuery(jobName));
  const { data } = query;
  if (data === undefined) return <Pending query={query} what="Presets" isDense />;
  const inCode = (job?.presets ?? []).map((preset) => ({ ...preset, id: preset.name, from: 'Code', problem: null }));
  const saved = data.map(({ isShared, isMine, owner, ...preset }) => ({
    ...preset,
    from: isShared ? `Shared by ${owner}` : isMine ? 'Mine' : owner,
  }));
  const all = [...inCode, ...saved];
  if (all.length === 0) return <p className="dimmed">There are none yet, in the code of the job or saved here.</p>;
  return (
    <Table caption="Presets" columns={[{ label: 'Preset' }, { label: 'From' }, { label: 'Parameters' }]}>
      {all.map(({ id, name, from, problem, parameters }) => (
        <tr key={id}>
          <Cell isHeader>
            {name}
            {problem !== null && <span className={classes.note}>{problem}</span>}
          </Cell>
          <Cell label="From">{from}</Cell>
          <ParametersCell parameters={parameters} />
        </tr>
      ))}
    </Table>
  );
}

function Recent({ jobName }: { jobName: string }) {
  const query = useQuery(recentQuery(jobName));
  const { data } = query;
  if (data === undefined) return <Pending query={query} what="Recent parameters" isDense />;
  if (data.length === 0) return <p className="dimmed">No run of it has finished yet.</p>;
  return (
    <Table caption="Recent parameters" columns={[{ label: 'Run' }, { label: 'Finished' }, { label: 'Parameters' }]}>
      {data.map(({ jobRunId, status, finishedAt, parameters }) => (
        <tr key={jobRunId}>
          <Cell isHeader>
            <span className={classes.lastRun}>
              <StatusMark status={status} />
              <RunLink jobRunId={jobRunId} />
            </span>
          </Cell>
          <Cell label="Finished">
            <RelativeTime at={finishedAt} isPast />
          </Cell>
          <ParametersCell parameters={parameters} />
        </tr>
      ))}
    </Table>
  );
}

const ParametersCell = ({ parameters }: { parameters: unknown }) => (
  <Cell label="Parameters" isWide>
    <code className={classes.parameters}>{JSON.stringify(parameters)}</code>
  </Cell>
);
