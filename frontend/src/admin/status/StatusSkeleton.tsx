import { Skeleton } from '@mantine/core';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import classes from './SystemStatusPage.module.css';
import verdict from './VerdictSection.module.css';

/** Stands there until health has first been read, in the size of the later content. */
export function StatusSkeleton() {
  return (
    <>
      <div className={verdict.verdict} role="status" aria-label="Checking health">
        <Skeleton width={64} height={64} radius={16} />
        <div className={verdict.words}>
          <Skeleton width={120} height={28} my={4} />
          <Skeleton width="60%" height={14} mt={10} />
        </div>
      </div>
      <div className={classes.strip}>
        {['api', 'jobs', 'incidents', 'messages'].map((tile) => (
          <Skeleton key={tile} height={92} radius={8} />
        ))}
      </div>
      <Section title="Service Matrix">
        <RowSkeletons rows={8} label="Loading the service matrix" />
      </Section>
      <Section title="Runners">
        <RowSkeletons rows={2} label="Loading runners" />
      </Section>
    </>
  );
}
