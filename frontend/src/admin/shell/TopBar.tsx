import { ActionIcon, Button, UnstyledButton } from '@mantine/core';
import { IconPlayerPlay, IconSearch } from '@tabler/icons-react';
import { useCan, useSession } from '../../api/session';
import { ConnectionIndicator } from '../../components/ConnectionIndicator';
import { NoticeBell } from '../../components/notices/NoticeBell';
import { useNoticePreferences } from '../../components/notices/useNoticePreferences';
import { useRunDialog } from '../../components/url-state';
import { useZoneChoice } from '../../lib/time-zone';
import { AccountMenu } from './AccountMenu';
import { Breadcrumb } from './Breadcrumb';
import classes from './TopBar.module.css';

interface Props {
  isPhone: boolean;
  onSearch: () => void;
  onShowShortcuts: () => void;
}

/** Above every page: the way to it, the connection, the search, a new run, and the account. */
export function TopBar({ isPhone, onSearch, onShowShortcuts }: Props) {
  const { data: user } = useSession();
  const zone = useZoneChoice();
  const notices = useNoticePreferences();
  return (
    <header className={classes.bar}>
      <Breadcrumb isPhone={isPhone} />
      <div className={classes.tools}>
        {zone === 'utc' && (
          <span className={classes.zone} title="All times are in UTC. Press t for local time.">
            UTC
          </span>
        )}
        <ConnectionIndicator isShort={isPhone} />
        {!isPhone && <SearchBox onOpen={onSearch} />}
        <RunNewJob isPhone={isPhone} />
        <NoticeBell onOpenPreferences={notices.open} />
        {user && <AccountMenu user={user} onShowShortcuts={onShowShortcuts} onOpenNotices={notices.open} />}
      </div>
      {notices.dialog}
    </header>
  );
}

/** Where one types is the palette; this opens it. */
function SearchBox({ onOpen }: { onOpen: () => void }) {
  return (
    <UnstyledButton id="search" className={classes.search} aria-keyshortcuts="Control+K Meta+K" onClick={onOpen}>
      <IconSearch size={16} aria-hidden />
      <span className={classes.searchText}>Search or jump to…</span>
      <kbd className={classes.searchKey}>Ctrl K</kbd>
    </UnstyledButton>
  );
}

function RunNewJob({ isPhone }: { isPhone: boolean }) {
  const { openNew } = useRunDialog();
  if (!useCan('run')) return null;
  if (isPhone)
    return (
      <ActionIcon size="lg" variant="filled" color="brand" aria-label="Run New Job" onClick={openNew}>
        <IconPlayerPlay size={18} />
      </ActionIcon>
    );
  return (
    <Button size="xs" leftSection={<IconPlayerPlay size={16} />} onClick={openNew}>
      Run New Job
    </Button>
  );
}
