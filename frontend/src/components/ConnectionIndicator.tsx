import { Popover, UnstyledButton } from '@mantine/core';
import { Suspense, useState } from 'react';
import { useFallback } from '../api/live/HttpFallback';
import { useLive } from '../api/live/LiveProvider';
import { loadable } from '../ui/loadable';
import classes from './ConnectionIndicator.module.css';

const ConnectionDetails = loadable(() => import('./ConnectionDetails').then((module) => module.ConnectionDetails));

/** "Live" while the socket is connected, "Reconnecting…" while it is not; a click shows more. Short, it is a dot. */
export function ConnectionIndicator({ isShort = false }: { isShort?: boolean }) {
  const status = useLive((live) => live.status);
  const [isOpen, setOpen] = useState(false);
  const { isBlocked } = useFallback();
  const isLive = status === 'live';
  const label = isLive ? 'Live' : isBlocked ? 'Not live' : status === 'connecting' ? 'Connecting…' : 'Reconnecting…';
  return (
    <span className={classes.indicator}>
      <span className={classes.pill} data-live={isLive} role="status" aria-label={`Real-time updates: ${label}`}>
        <span className={classes.dot} aria-hidden />
        <span className={isShort ? 'visually-hidden' : undefined}>{label}</span>
      </span>
      <Popover
        opened={isOpen}
        onChange={setOpen}
        position="bottom-end"
        width={280}
        shadow="md"
        withinPortal={false}
        trapFocus={false}
      >
        <Popover.Target>
          {/* Lies over the pill: a button would take the state its own role from it. */}
          <UnstyledButton
            className={classes.opener}
            aria-label="About the connection"
            onClick={() => setOpen(!isOpen)}
            onKeyDown={(event) => {
              // The focus stays here, where the popover's own Escape doesn't listen.
              if (event.key === 'Escape') setOpen(false);
            }}
          />
        </Popover.Target>
        <Popover.Dropdown>
          <Suspense>{isOpen && <ConnectionDetails />}</Suspense>
        </Popover.Dropdown>
      </Popover>
    </span>
  );
}
