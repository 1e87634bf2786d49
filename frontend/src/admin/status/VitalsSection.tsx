import type { SystemHealth } from '@job-manager/shared/contract/health';
import type { ReactNode } from 'react';
import { formatQueued } from '../../components/queued-count';
import { formatDuration, formatLatency } from '../../lib/duration';
import { Section } from '../../ui/Section';
import { SectionBoundary } from '../../ui/SectionBoundary';
import classes from './VitalsSection.module.css';

/** What was measured: how fast the database and its notifications answer, what waits and what runs. */
export function VitalsSection({ health }: { health: SystemHealth }) {
  return (
    <Section title="Vital signs">
      <div className={classes.tiles}>
        <SectionBoundary name="Database">
          <Database {...health.database} />
        </SectionBoundary>
        <SectionBoundary name="Notifications">
          <Notifications {...health.notifications} />
        </SectionBoundary>
        <SectionBoundary name="Backlog">
          <Backlog {...health.backlog} />
        </SectionBoundary>
        <SectionBoundary name="Running">
          <Running running={health.running} external={health.external} />
        </SectionBoundary>
      </div>
    </Section>
  );
}

interface VitalProps {
  label: string;
  value: string;
  isBad?: boolean;
  /** How to read the value. */
  children: ReactNode;
}

function Vital({ label, value, isBad = false, children }: VitalProps) {
  return (
    <dl className={classes.tile} data-bad={isBad || undefined}>
      <dt className={classes.label}>{label}</dt>
      <dd className={classes.value}>{value}</dd>
      <dd className={classes.note}>{children}</dd>
    </dl>
  );
}

function Database({ ok, latencyMs, detail }: SystemHealth['database']) {
  return (
    <Vital label="Database" value={latencyMs === null ? 'No answer' : formatLatency(latencyMs)} isBad={!ok}>
      {ok ? 'for one small query' : detail}
    </Vital>
  );
}

function Notifications({ ok, roundTripMs }: SystemHealth['notifications']) {
  if (ok && roundTripMs === null) {
    return (
      <Vital label="Notifications" value="Off">
        runners and screens poll
      </Vital>
    );
  }
  return (
    <Vital
      label="Notifications"
      value={roundTripMs === null ? 'None came back' : formatLatency(roundTripMs)}
      isBad={!ok}
    >
      {ok ? 'round trip through the database' : 'runners and screens poll meanwhile'}
    </Vital>
  );
}

function Backlog({ queued, due, oldestAgeMs }: SystemHealth['backlog']) {
  return (
    <Vital label="Backlog" value={formatQueued(queued)}>
      {due === 0 ? 'none of them due' : `${formatQueued(due)} due`}
      {oldestAgeMs !== null && `, the oldest for ${formatDuration(oldestAgeMs)}`}
    </Vital>
  );
}

function Running({ running, external }: Pick<SystemHealth, 'running' | 'external'>) {
  return (
    <Vital label="Running" value={count(running)} isBad={external.running >= external.most}>
      {count(external.running)} of at most {count(external.most)} by external programs
    </Vital>
  );
}

const count = (number: number): string => number.toLocaleString('en');
