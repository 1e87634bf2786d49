import type { SystemHealth } from '@job-manager/shared/contract/health';
import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { formatLatency } from '../../lib/duration';
import { paths } from '../../paths';
import { Figure } from '../../ui/Figure';
import { Spark } from '../../ui/Spark';
import classes from './SystemStatusPage.module.css';
import type { calls } from './system-calls';

type Status = Awaited<ReturnType<typeof calls.status>>;

/** Four figures above the matrix: the API, the jobs, the incidents and the messages of them. */
export function StatusStrip({ status, health }: { status: Status; health: SystemHealth }) {
  const { api, incidents, deliveries } = status;
  const reasons = health.reasons.length;
  return (
    <div className={classes.strip}>
      <Tile note="of the calls of the last minute">
        <Figure
          label="API latency p95"
          value={api.p95Ms === null ? '–' : `≈ ${formatLatency(api.p95Ms)}`}
          aside={<Spark points={api.points} description="p95 of the API calls of each minute of the last hour" />}
        />
      </Tile>
      <Tile note={reasons === 0 ? 'no reason to worry' : `${reasons} ${reasons === 1 ? 'reason' : 'reasons'}`}>
        <Figure label="Jobs health" value={health.verdict} />
      </Tile>
      <Tile note={`${incidents.lastDay.toLocaleString('en')} opened within 24 hours`}>
        <Figure
          label="Incidents"
          value={
            <Anchor component={Link} to={paths.alerts} inherit>
              {incidents.open.toLocaleString('en')} open
            </Anchor>
          }
        />
      </Tile>
      <Tile note={`${deliveries.failed.toLocaleString('en')} failed, ${deliveries.waiting} tried again, in 24 hours`}>
        <Figure label="Alert messages" value={`${deliveries.sent.toLocaleString('en')} sent`} />
      </Tile>
    </div>
  );
}

function Tile({ note, children }: { note: string; children: ReactNode }) {
  return (
    <div className={classes.tile}>
      {children}
      <span className={classes.small}>{note}</span>
    </div>
  );
}
