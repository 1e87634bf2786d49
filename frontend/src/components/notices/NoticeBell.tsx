import { ActionIcon, Popover } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { Suspense, useEffect, useRef, useState } from 'react';
import { useSession } from '../../api/session';
import { useUnreadMark } from '../../ui/document-title';
import { loadable } from '../../ui/loadable';
import { openNotices, useNotices } from '../../ui/notices';
import { SectionBoundary } from '../../ui/SectionBoundary';
import classes from './NoticeBell.module.css';

const NoticeList = loadable(() => import('./NoticeList').then((module) => module.NoticeList));

/** Keeps what happened in this browser session, and shows how much of it is unread. */
export function NoticeBell({ onOpenPreferences }: { onOpenPreferences: () => void }) {
  const { data: user } = useSession();
  const userId = user?.id;
  useEffect(() => {
    if (userId !== undefined) openNotices(String(userId));
  }, [userId]);
  const unread = useNotices().filter(({ isUnread }) => isUnread);
  useUnreadMark(unread.filter(({ kind }) => kind === 'failure' || kind === 'incident').length);
  const [isOpen, setOpen] = useState(false);
  const bell = useRef<HTMLButtonElement>(null);
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-end"
      width="min(24rem, calc(100vw - 24px))"
      shadow="md"
      withinPortal={false}
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <ActionIcon
          ref={bell}
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={unread.length > 0 ? `Notices: ${unread.length} unread` : 'Notices'}
          onClick={() => setOpen(!isOpen)}
          className={classes.bell}
        >
          <IconBell size={18} stroke={1.75} />
          {unread.length > 0 && (
            <span className={classes.count} aria-hidden>
              {unread.length}
            </span>
          )}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown} aria-label="Notices">
        <SectionBoundary name="Notices">
          <Suspense fallback={<p className={classes.loading}>Loading notices…</p>}>
            {isOpen && (
              <NoticeList
                onClose={() => setOpen(false)}
                onOpenPreferences={() => {
                  // The dialog gives the focus back to what has it now.
                  bell.current?.focus();
                  setOpen(false);
                  onOpenPreferences();
                }}
              />
            )}
          </Suspense>
        </SectionBoundary>
      </Popover.Dropdown>
    </Popover>
  );
}
