import type { SystemHealth } from '@job-manager/shared/contract/health';
import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { healthQuery } from '../../api/health-queries';
import { Pending } from '../../components/Pending';
import { useHealth } from '../../components/useHealth';
import { formatLatency } from '../../lib/duration';
import { paths } from '../../paths';
import { Fact, Facts } from '../../ui/Facts';
import { Section } from '../../ui/Section';
import { Tag } from '../../ui/Tag';

const appearances = {
  OK: { label: 'OK', tone: 'success' },
  WARNING: { label: 'Warning', tone: 'warning' },
  CRITICAL: { label: 'Critical', tone: 'failed' },
} as const;

/** The verdict on the service, and what it rests on. */
export function ServiceHealth() {
  const health = useHealth();
  // The same reading: why there is none.
  const query = useQuery({ ...healthQuery(), enabled: false });
  return (
    <Section
      title="Job Service Health"
      aside={health && <Tag tone={appearances[health.verdict].tone}>{appearances[health.verdict].label}</Tag>}
      actions={
        <Anchor component={Link} to={paths.serviceLogs} size="sm">
          Open Service Logs
        </Anchor>
      }
    >
      {health ? <Vitals health={health} /> : <Pending query={query} what="Health" isDense />}
    </Section>
  );
}

function Vitals({ health: { database, notifications, runners, maintenance, checkedAt } }: { health: SystemHealth }) {
  const alive = runners.filter(({ status }) => status === 'ACTIVE' || status === 'DRAINING');
  const [busy, slots] = [
    sum(alive.map(({ activeRuns }) => activeRuns)),
    sum(alive.map(({ concurrency }) => concurrency)),
  ];
  const selfCheck = maintenance.find(({ task }) => task === 'self-check');
  const overdue = maintenance.filter(({ nextAt }) => nextAt < checkedAt).length;
  return (
    <Facts>
      <Fact name="Database">{database.latencyMs === null ? database.detail : formatLatency(database.latencyMs)}</Fact>
      <Fact name="Notifications">{describeNotifications(notifications)}</Fact>
      <Fact name="Runners">
        {alive.length === 0 ? 'none is alive: runs wait' : `${alive.length} alive, ${busy} of ${slots} slots in use`}
      </Fact>
      <Fact name="Maintenance">{overdue === 0 ? 'on time' : `${overdue} of ${maintenance.length} tasks are due`}</Fact>
      {selfCheck && <Fact name="Self-check">{selfCheck.lastResult ?? 'not made yet'}</Fact>}
    </Facts>
  );
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

function describeNotifications({ ok, roundTripMs }: SystemHealth['notifications']): string {
  if (roundTripMs !== null) return `${formatLatency(roundTripMs)} there and back`;
  return ok ? 'off: runners and screens poll' : 'none came back: runners and screens poll';
}
