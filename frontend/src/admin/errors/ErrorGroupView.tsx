import type { ClientErrorGroup, ClientErrorOccurrence, ErrorPeriod } from '@job-manager/shared/contract/errors';
import { DateTime } from '../../components/RelativeTime';
import { Fact, Facts } from '../../ui/Facts';
import { Section } from '../../ui/Section';
import classes from './ErrorGroupView.module.css';
import { LevelTag } from './LevelTag';
import { Occurrence } from './Occurrence';
import { countOf } from './period';
import { RateChart, Total } from './RateChart';

interface Props {
  answer: { group: ClientErrorGroup; occurrences: ClientErrorOccurrence[]; bucketMs: number; since: string };
  period: ErrorPeriod;
}

/** What is known about one kind of error, and its latest occurrences. */
export function ErrorGroupView({ answer: { group, occurrences, bucketMs, since }, period }: Props) {
  return (
    <>
      <Section title="What happened" aside={<LevelTag level={group.level} />}>
        <p className={classes.message}>{group.message}</p>
        <Facts>
          <Fact name="Action">{group.action}</Fact>
          <Fact name="Component">{group.component ?? 'not stated'}</Fact>
          <Fact name="Occurrences">{group.count.toLocaleString('en')}</Fact>
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
        <ul className={classes.pages}>
          {group.pages.map(({ path, count }) => (
            <li key={path}>
              <span className={classes.path}>{path}</span>
              <span className="dimmed tabular">{countOf(count, 'occurrence')}</span>
            </li>
          ))}
        </ul>
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
