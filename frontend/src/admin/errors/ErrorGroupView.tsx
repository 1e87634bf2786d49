import type { ClientErrorGroup, ClientErrorOccurrence, ErrorPeriod } from '@job-manager/shared/contract/errors';
import { Change } from '../../components/metrics/Change';
import { DateTime } from '../../components/RelativeTime';
import { countOf } from '../../lib/count-of';
import { Fact, Facts } from '../../ui/Facts';
import { Section } from '../../ui/Section';
import classes from './ErrorGroupView.module.css';
import { ErrorState } from './ErrorState';
import { LevelTag } from './LevelTag';
import { Occurrence } from './Occurrence';
import { RateChart, Total } from './RateChart';

interface Props {
  answer: { group: ClientErrorGroup; occurrences: ClientErrorOccurrence[]; bucketMs: number; since: string };
  period: ErrorPeriod;
}

/** One kind of error, and its latest occurrences. */
export function ErrorGroupView({ answer: { group, occurrences, bucketMs, since }, period }: Props) {
  return (
    <>
      <Section title="What happened" aside={<LevelTag level={group.level} />}>
        <p className={classes.message}>{group.message}</p>
        <Facts>
          <Fact name="Action">{group.action}</Fact>
          <Fact name="Component">{group.component ?? 'not stated'}</Fact>
          <Fact name="State">
            <ErrorState group={group} />
          </Fact>
          <Fact name="Occurrences">
            {group.count.toLocaleString('en')} <Change now={group.count} before={group.previousCount} more="bad" />
          </Fact>
          <Fact name="Users">{group.users.toLocaleString('en')}</Fact>
          <Fact name="First seen">
            <DateTime at={group.firstSeenAt} />
          </Fact>
          <Fact name="Last seen">
            <DateTime at={group.lastSeenAt} />
          </Fact>
          <Fact name="Fingerprint">{group.fingerprint}</Fact>
        </Facts>
      </Section>
      <Section title="Over time" aside={<Total count={group.count} period={period} />}>
        <RateChart rate={{ values: group.rate, bucketMs, since }} period={period} />
      </Section>
      <Section title="Affected pages">
        <Counts parts={group.pages.map(({ path, count }) => ({ name: path, count }))} />
      </Section>
      <Section title="Versions of the panel">
        <Counts parts={group.versions.map(({ version, count }) => ({ name: version, count }))} />
      </Section>
      <Section title="Latest occurrences">
        <ol className={classes.occurrences}>
          {occurrences.map((occurrence, index) => (
            <Occurrence key={occurrence.id} occurrence={occurrence} isFirst={index === 0} />
          ))}
        </ol>
      </Section>
    </>
  );
}

/** How often in each, the most first. */
function Counts({ parts }: { parts: readonly { name: string; count: number }[] }) {
  if (parts.length === 0) return <p className="dimmed">None in this period.</p>;
  return (
    <ul className={classes.pages}>
      {parts.map(({ name, count }) => (
        <li key={name}>
          <span className={classes.path}>{name}</span>
          <span className="dimmed tabular">{countOf(count, 'occurrence')}</span>
        </li>
      ))}
    </ul>
  );
}
