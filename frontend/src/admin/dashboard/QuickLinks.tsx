import { UnstyledButton } from '@mantine/core';
import { IconActivity, IconHistory, IconPlayerPlay, type TablerIcon } from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import { useRunDialog } from '../../components/url-state';
import { paths } from '../../paths';
import classes from './QuickLinks.module.css';

/** The ways one goes most often. */
export function QuickLinks() {
  const { openNew } = useRunDialog();
  return (
    <nav className={classes.links} aria-label="Quick links">
      <UnstyledButton className={classes.link} onClick={openNew}>
        <Words icon={IconPlayerPlay} title="Run New Job" text="Pick a job and start it" />
      </UnstyledButton>
      <Link className={classes.link} to={paths.monitor}>
        <Words icon={IconActivity} title="Monitor" text="Follow what is running now" />
      </Link>
      <Link className={classes.link} to={paths.history}>
        <Words icon={IconHistory} title="History" text="Look up how a run went" />
      </Link>
    </nav>
  );
}

function Words({ icon: Icon, title, text }: { icon: TablerIcon; title: string; text: string }) {
  return (
    <>
      <span className={classes.icon} aria-hidden>
        <Icon size={20} stroke={1.75} />
      </span>
      <span>
        <span className={classes.title}>{title}</span>
        <span className={classes.text}>{text}</span>
      </span>
    </>
  );
}
