import { Button, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { memo } from 'react';
import { Link } from 'react-router-dom';
import { useCan } from '../../api/session';
import { useOpenedRunner } from '../../components/runner/useOpenedRunner';
import { isAlive } from '../../components/runners';
import { copyText } from '../../lib/clipboard';
import { paths } from '../../paths';
import { useIsPhone } from '../../ui/useIsPhone';
import { isSameSubject, type RunnerSubject } from './runner-subject';
import classes from './runners.module.css';
import type { RunnerActs } from './useRunnerActs';

interface Props {
  runner: RunnerSubject;
  acts: RunnerActs;
  isPage?: boolean;
}

/** What leads on from a runner, and what may be requested of it by those who may. */
export const RunnerButtons = memo(
  Buttons,
  (before, now) => before.acts === now.acts && before.isPage === now.isPage && isSameSubject(before.runner, now.runner),
);

function Buttons({ runner, acts, isPage = false }: Props) {
  const mayManage = useCan('manageRunners') && isAlive(runner) && runner.kind !== 'CLI';
  const isPhone = useIsPhone();
  if (isPhone && !isPage) {
    return (
      <div className={classes.acts}>
        <MoreMenu runner={runner} acts={acts} mayManage={mayManage} isPage={false} isAll />
      </div>
    );
  }
  return (
    <div className={classes.acts}>
      {mayManage && <CommandButtons runner={runner} acts={acts} />}
      {!isPage && (
        <Button
          component={Link}
          to={paths.runnerPage(runner.id, 'log')}
          size="compact-sm"
          variant="default"
          aria-label={`Log of ${runner.name}`}
          data-key="l"
        >
          Log
        </Button>
      )}
      <MoreMenu runner={runner} acts={acts} mayManage={mayManage} isPage={isPage} />
    </div>
  );
}

function CommandButtons({ runner, acts }: { runner: RunnerSubject; acts: RunnerActs }) {
  const one = [runner];
  return (
    <>
      {runner.status === 'DRAINING' ? (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`Resume ${runner.name}`}
          data-key="D"
          onClick={() => acts.send('RESUME', one)}
        >
          Resume
        </Button>
      ) : (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`Drain ${runner.name}`}
          data-key="D"
          onClick={() => acts.confirm('DRAIN', one)}
        >
          Drain
        </Button>
      )}
      {runner.canRestart && (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`Restart ${runner.name}`}
          data-key="R"
          onClick={() => acts.confirm('RESTART', one)}
        >
          Restart
        </Button>
      )}
    </>
  );
}

/** The same as items of a menu. */
function CommandItems({ runner, acts }: { runner: RunnerSubject; acts: RunnerActs }) {
  const one = [runner];
  return (
    <>
      {runner.status === 'DRAINING' ? (
        <Menu.Item onClick={() => acts.send('RESUME', one)}>Resume</Menu.Item>
      ) : (
        <Menu.Item onClick={() => acts.confirm('DRAIN', one)}>Drain…</Menu.Item>
      )}
      {runner.canRestart && <Menu.Item onClick={() => acts.confirm('RESTART', one)}>Restart…</Menu.Item>}
    </>
  );
}

interface MenuProps {
  runner: RunnerSubject;
  acts: RunnerActs;
  mayManage: boolean;
  isPage: boolean;
  /** With what are buttons of their own where there is room. */
  isAll?: boolean;
}

function MoreMenu({ runner, acts, mayManage, isPage, isAll = false }: MenuProps) {
  const opened = useOpenedRunner();
  const one = [runner];
  const more = `More for ${runner.name}`;
  if (isPage && !mayManage) return null;
  return (
    <Menu position="bottom-end" hideDetached={false}>
      <Menu.Target>
        {isAll ? (
          <Button variant="default" fullWidth aria-label={`Manage ${runner.name}`}>
            Manage
          </Button>
        ) : (
          <Button size="compact-sm" variant="subtle" color="gray" aria-label={more}>
            <IconDots size={16} aria-hidden />
          </Button>
        )}
      </Menu.Target>
      <Menu.Dropdown aria-label={more} aria-labelledby={undefined}>
        {isAll && mayManage && <CommandItems runner={runner} acts={acts} />}
        {isAll && (
          <Menu.Item component={Link} to={paths.runnerPage(runner.id, 'log')}>
            Log
          </Menu.Item>
        )}
        {!isPage && <Menu.Item onClick={() => opened.open(runner.name)}>Current runs and facts</Menu.Item>}
        <Menu.Item onClick={() => void copyText(runner.id)}>Copy id</Menu.Item>
        {mayManage && (
          <>
            <Menu.Item onClick={() => acts.change(one)}>Set slots, channels, log level…</Menu.Item>
            {!runner.canRestart && (
              <Menu.Item disabled>Restart: its supervisor must start it, so drain and stop it</Menu.Item>
            )}
            <Menu.Item onClick={() => acts.send('PING', one)}>Ping</Menu.Item>
            <Menu.Item color="red" onClick={() => acts.confirm('STOP', one)}>
              Stop…
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
