import { ActionIcon, Popover } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useState } from 'react';
import { useFallback } from '../api/live/HttpFallback';
import { useLive } from '../api/live/LiveProvider';
import { ConnectionDetails } from './ConnectionDetails';
import classes from './ConnectionIndicator.module.css';

/** "Live" while the socket tells what happens, "Reconnecting…" while it doesn't; more on request. */
export function ConnectionIndicator() {
  const status = useLive((live) => live.status);
  const [isOpen, setOpen] = useState(false);
  const { isBlocked } = useFallback();
  const isLive = status === 'live';
  const label = isLive ? 'Live' : isBlocked ? 'Not live' : status === 'connecting' ? 'Connecting…' : 'Reconnecting…';
  return (
    <span className={classes.indicator}>
      <span className={classes.pill} data-live={isLive} role="status" aria-label={`Real-time updates: ${label}`}>
        <span className={classes.dot} aria-hidden />
        {label}
      </span>
      <Popover
        opened={isOpen}
        onChange={setOpen}
        position="bottom-start"
        width={280}
        shadow="md"
        withinPortal={false}
        trapFocus={false}
      >
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label="About the connection"
            onClick={() => setOpen(!isOpen)}
            onKeyDown={(event) => {
              // The focus stays here, where the popover's own Escape doesn't listen.
              if (event.key === 'Escape') setOpen(false);
            }}
          >
            <IconInfoCircle size={16} aria-hidden />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown>
          <ConnectionDetails />
        </Popover.Dropdown>
      </Popover>
    </span>
  );
}
