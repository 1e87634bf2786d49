import type { ClientErrorOccurrence } from '@job-manager/shared/contract/errors';
import { ExactTime, RelativeTime } from '../../components/RelativeTime';
import { RunLink } from '../../components/RunLink';
import { CodeBlock } from '../../ui/CodeBlock';
import { Fact, Facts } from '../../ui/Facts';
import classes from './Occurrence.module.css';

interface Props {
  occurrence: ClientErrorOccurrence;
  /** The latest is open from the start. */
  isFirst: boolean;
}

/** One time that it happened. What a browser reported is shown as text alone: any program can send it. */
export function Occurrence({ occurrence, isFirst }: Props) {
  return (
    <li>
      <details className={classes.occurrence} open={isFirst}>
        <summary>
          <ExactTime at={occurrence.at} />{' '}
          <span className="dimmed">
            <RelativeTime at={occurrence.at} /> · {occurrence.user ?? 'not signed in'}
            {occurrence.count > 1 && ` · ${occurrence.count.toLocaleString('en')} times`}
          </span>
        </summary>
        <OccurrenceDetails occurrence={occurrence} />
      </details>
    </li>
  );
}

function OccurrenceDetails({ occurrence }: Pick<Props, 'occurrence'>) {
  const { message, url, userAgent, user, version, component, jobName, jobRunId, stack, parameters } = occurrence;
  return (
    <div className={classes.details}>
      <p className={classes.message}>{message}</p>
      <Facts>
        <Fact name="Page">{url}</Fact>
        <Fact name="User">{user ?? 'not signed in'}</Fact>
        <Fact name="Browser">{userAgent ?? 'not known'}</Fact>
        <Fact name="Version">{version ?? 'not known'}</Fact>
        {component && <Fact name="Component">{component}</Fact>}
        {jobName && <Fact name="Job">{jobName}</Fact>}
        {jobRunId && (
          <Fact name="Run">
            <RunLink jobRunId={jobRunId} />
          </Fact>
        )}
      </Facts>
      {stack && <CodeBlock label="Stack trace" text={stack} />}
      {parameters !== null && <CodeBlock label="Parameters as JSON" text={JSON.stringify(parameters, null, 2)} />}
    </div>
  );
}
