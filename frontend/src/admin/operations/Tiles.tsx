import { Button } from '@mantine/core';
import {
  IconAlertOctagon,
  IconBroadcast,
  IconClockCog,
  IconEraser,
  IconHeartbeat,
  IconPlayerPlay,
  IconX,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { statsQuery } from '../../api/job-queries';
import { useRunDialog } from '../../components/url-state';
import { useCleanUpStalled } from '../../components/useCleanUpStalled';
import { spellRuns } from '../../lib/spell-runs';
import { paths } from '../../paths';
import { Section } from '../../ui/Section';
import { CancelByFilter } from './CancelByFilter';
import classes from './operations.module.css';
import { PurgeChannel } from './PurgeChannel';
import { RetryFailures } from './RetryFailures';
import { Tile } from './Tile';

/** What can be done to many runs, each behind its preview. */
export function Tiles() {
  const { data: stats } = useQuery(statsQuery());
  const { openNew } = useRunDialog();
  const cleanUp = useCleanUpStalled();
  const active = stats && stats.active + stats.queued;
  return (
    <Section title="Acts" isTitleHidden>
      <div className={classes.tiles}>
        <Tile title="Run Simple Job" icon={IconPlayerPlay} kind="look" text="Queues one run of a job." needs={['run']}>
          <Button variant="default" onClick={openNew}>
            Run New Job
          </Button>
        </Tile>
        <Tile
          title="Broadcast to Runners"
          icon={IconBroadcast}
          kind="repair"
          text="Pings, drains, resumes, stops or restarts several runners, or sets what they serve."
          needs={['manageRunners']}
        >
          <Button variant="default" component={Link} to={paths.runners}>
            Choose runners
          </Button>
        </Tile>
        <Tile
          title="Clear Stuck Jobs"
          icon={IconHeartbeat}
          kind="repair"
          text="Takes back runs whose runner has gone silent."
          count={stats && `${stats.stalled.toLocaleString('en')} stuck`}
          needs={['cleanup']}
        >
          <Button variant="default" onClick={cleanUp.ask}>
            Preview…
          </Button>
        </Tile>
        <RetryFailures />
        <Tile
          title="Automatic clean-up"
          icon={IconClockCog}
          kind="look"
          text="What the product does by itself: sweeps, time-outs, retention, with its last and next time."
          needs={['view']}
        >
          <Button variant="default" component={Link} to={paths.systemStatus}>
            System status
          </Button>
        </Tile>
        <Tile
          title="Cancel by filter"
          icon={IconX}
          kind="destroy"
          text="Cancels what waits and requests what runs to stop, of a job, a channel or a state."
          count={active === undefined ? undefined : `${spellRuns(active)} active`}
          needs={['bulk', 'cancel']}
        >
          <CancelByFilter />
        </Tile>
        <Tile
          title="Purge Channel"
          icon={IconEraser}
          kind="destroy"
          text="Cancels all that waits in a channel; the runs stay in the history."
          count={stats && `${spellRuns(stats.queued)} queued`}
          needs={['bulk', 'purge']}
        >
          <PurgeChannel />
        </Tile>
        <Tile
          title="Emergency cleanup"
          icon={IconAlertOctagon}
          kind="destroy"
          text="Fails all running runs at once."
          count={stats && `${stats.active.toLocaleString('en')} running`}
          needs={['emergency']}
        >
          <Button variant="default" component={Link} to={paths.systemStatus}>
            System status
          </Button>
        </Tile>
      </div>
      {cleanUp.dialog}
    </Section>
  );
}
