import { Button } from '@mantine/core';
import { IconAlertTriangle, IconBellRinging, IconCheck, IconX, type TablerIcon } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Link } from 'react-router-dom';
import { paths } from '../../paths';
import { clearNotices, markNoticesRead, type Notice, useNotices } from '../../ui/notices';
import { RelativeTime } from '../RelativeTime';
import { useOpenIncidents } from '../useOpenIncidents';
import classes from './NoticeList.module.css';

interface Props {
  onClose: () => void;
  onOpenPreferences: () => void;
}

/** The notices of this browser session; those that were unread when it opened keep their mark until it closes. */
export function NoticeList({ onClose, onOpenPreferences }: Props) {
  const notices = useNotices();
  const [read] = useState(() => new Set(notices.filter(({ isUnread }) => !isUnread).map(keyOf)));
  useEffect(() => {
    if (notices.some(({ isUnread }) => isUnread)) markNoticesRead();
  }, [notices]);
  return (
    <>
      <div className={classes.header}>
        <h2 className={classes.title}>Notices</h2>
        {notices.length > 0 && (
          <Button size="compact-sm" variant="subtle" color="gray" onClick={clearNotices}>
            Clear
          </Button>
        )}
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onOpenPreferences}>
          Preferences…
        </Button>
      </div>
      <OpenIncidents onClose={onClose} />
      {notices.length === 0 ? (
        <p className={classes.empty}>
          Nothing yet. Runs that fail, the ends of your own runs, incidents and calls that go wrong are kept here until
          you close this tab.
        </p>
      ) : (
        <ul className={classes.list} aria-label="Notices of this browser session">
          {notices.map((notice) => (
            <Row key={notice.id} notice={notice} isUnread={!read.has(keyOf(notice))} onClose={onClose} />
          ))}
        </ul>
      )}
    </>
  );
}

/** The open incidents, also those that this browser has shown before. */
function OpenIncidents({ onClose }: { onClose: () => void }) {
  const { open } = useOpenIncidents();
  if (open === 0) return null;
  return (
    <p className={classes.incidents}>
      <Link to={paths.alerts} onClick={onClose}>
        {open === 1 ? '1 incident is open' : `${open.toLocaleString('en')} incidents are open`}
      </Link>
    </p>
  );
}

const keyOf = ({ id, at }: Notice): string => `${id} ${at}`;

const icons = {
  failure: IconX,
  end: IconCheck,
  error: IconAlertTriangle,
  incident: IconBellRinging,
} as const satisfies Record<Notice['kind'], TablerIcon>;

function Row({ notice, isUnread, onClose }: { notice: Notice; isUnread: boolean; onClose: () => void }) {
  const { kind, title, text, to, at } = notice;
  const Icon = icons[kind];
  return (
    <li className={classes.row} data-kind={kind}>
      <Icon size={16} aria-hidden className={classes.icon} />
      <div className={classes.what}>
        {to === null ? (
          <span className={classes.name}>{title}</span>
        ) : (
          <Link to={to} onClick={onClose} className={classes.name}>
            {title}
          </Link>
        )}
        {text !== null && <span className={classes.text}>{text}</span>}
      </div>
      <span className={classes.at}>
        {isUnread && <span className={classes.unread}>new</span>}
        <RelativeTime at={at} isPast />
      </span>
    </li>
  );
}
