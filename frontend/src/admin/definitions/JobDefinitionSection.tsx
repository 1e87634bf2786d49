import type { JobDefinition } from '@job-manager/shared/contract/run';
import { mount } from '../../api/mount';
import { type CopyChoice, CopyMenu } from '../../components/CopyMenu';
import { enqueueWithCurl } from '../../components/enqueue-with-curl';
import { formatDuration } from '../../lib/duration';
import { CodeBlock } from '../../ui/CodeBlock';
import { Fact, Facts } from '../../ui/Facts';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import type { ListedJob } from './DefinitionTable';
import classes from './definitions.module.css';

type Job = NonNullable<ListedJob['job']>;

/** What the code of a job declares: its parameters, limits and examples. */
export function JobDefinitionSection({ job }: { job: Job }) {
  const { code, algorithmVersion, maxCrashes, isolated, memoryLimitMb, examples } = job;
  return (
    <Section title="Definition" actions={<CopyMenu choices={copyChoices(job, window.location.origin + mount)} />}>
      <Parameters job={job} />
      <Facts>
        <Fact name="Version">{algorithmVersion}</Fact>
        <Fact name="Channel">{code.channel}</Fact>
        <Fact name="Priority">{String(code.priority)}</Fact>
        <Fact name="Attempts">{String(code.maxAttempts)}</Fact>
        <Fact name="Timeout of an attempt">{code.timeoutMs === null ? 'None' : formatDuration(code.timeoutMs)}</Fact>
        <Fact name="Slow after">{formatDuration(code.slowAfterMs)}</Fact>
        <Fact name="Stopped as poison after">{`${maxCrashes} crashes`}</Fact>
        <Fact name="Runs in">{isolated ? 'A process of its own' : 'The process of its runner'}</Fact>
        {memoryLimitMb !== null && <Fact name="Memory at most">{`${memoryLimitMb} MB`}</Fact>}
      </Facts>
      {examples.length > 0 && <CodeBlock label="Examples" text={examples.join('\n')} />}
    </Section>
  );
}

interface Property {
  type?: string;
  description?: string;
  default?: unknown;
}

function Parameters({ job }: { job: Job }) {
  const { properties = {}, required = [] } = job.parametersSchema as {
    properties?: Record<string, Property>;
    required?: string[];
  };
  const names = Object.keys(properties);
  if (names.length === 0) return <p className="dimmed">It takes no parameters.</p>;
  return (
    <Table
      caption="Parameters"
      columns={[{ label: 'Parameter' }, { label: 'Type' }, { label: 'Default' }, { label: 'Meaning' }]}
    >
      {names.map((name) => (
        <tr key={name}>
          <Cell isHeader>
            <code>{name}</code>
          </Cell>
          <Cell label="Type">{properties[name]?.type ?? 'JSON'}</Cell>
          <Cell label="Default">
            {properties[name]?.default === undefined
              ? required.includes(name)
                ? 'Required'
                : '–'
              : JSON.stringify(properties[name]?.default)}
          </Cell>
          <Cell label="Meaning" isWide>
            <span className={classes.meaning}>{properties[name]?.description ?? ''}</span>
          </Cell>
        </tr>
      ))}
    </Table>
  );
}

/** A job as texts to run it from elsewhere. */
function copyChoices(job: JobDefinition, origin: string): CopyChoice[] {
  const parameters = job.defaultParams ?? {};
  return [
    { label: 'JSON Schema of the parameters', text: () => JSON.stringify(job.parametersSchema, null, 2) },
    {
      label: 'Call of the client package',
      text: () => `await jobs.enqueue({ jobName: '${job.name}', parameters: ${JSON.stringify(parameters, null, 2)} });`,
    },
    { label: 'curl', text: () => enqueueWithCurl(origin, { jobName: job.name, parameters }) },
  ];
}
