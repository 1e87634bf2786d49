import type { OwnSession } from '@job-manager/shared/contract/auth';
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { accountApi } from '../../api/account-calls';
import { toFailure } from '../../api/failure';
import { RelativeTime } from '../../components/RelativeTime';
import { Ellipsis } from '../../ui/Ellipsis';
import { ErrorPanel } from '../../ui/ErrorPanel';
import { RowSkeletons } from '../../ui/RowSkeletons';
import { Section } from '../../ui/Section';
import { Cell, Table } from '../../ui/Table';
import { Tag } from '../../ui/Tag';
import { toastSuccess } from '../../ui/toast';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { describeBrowser } from './describe-browser';
import { EndSessionsDialog } from './EndSessionsDialog';
import classes from './SessionsSection.module.css';

const columns = [
  { label: 'Browser' },
  { label: 'Address' },
  { label: 'Began' },
  { label: 'Last used' },
  { label: 'Actions', isHidden: true },
] as const;

/** Where one is signed in, and the end of what one doesn't know or need. */
export function SessionsSection() {
  const queryClient = useQueryClient();
  const { data, error, refetch } = useQuery(accountApi.sessions.queryOptions());
  const [ending, setEnding] = useState<OwnSession | 'others' | null>(null);
  useReturnFocus(ending !== null);
  const hasOthers = data !== undefined && data.sessions.length > 1;
  const onEnded = (ended: number) => {
    setEnding(null);
    toastSuccess({ message: ended === 1 ? 'The session has ended.' : `${ended} sessions have ended.` });
    void queryClient.invalidateQueries({ queryKey: accountApi.sessions.key() });
  };
  return (
    <Section
      title="Where you are signed in"
      actions={
        hasOthers && (
          <Button variant="default" onClick={() => setEnding('others')}>
            End all others
          </Button>
        )
      }
    >
      {data ? (
        <Table caption="Sessions of yours" columns={columns} stackOn="tablet">
          {data.sessions.map((session) => (
            <SessionRow key={session.id} session={session} onEnd={() => setEnding(session)} />
          ))}
        </Table>
      ) : error ? (
        <ErrorPanel
          title="Your sessions could not be loaded"
          details={toFailure(error)}
          onRetry={() => void refetch()}
        />
      ) : (
        <RowSkeletons rows={2} label="Loading your sessions" />
      )}
      {ending && <EndSessionsDialog which={ending} onEnded={onEnded} onClose={() => setEnding(null)} />}
    </Section>
  );
}

function SessionRow({ session, onEnd }: { session: OwnSession; onEnd: () => void }) {
  const browser = describeBrowser(session.userAgent);
  return (
    <tr>
      <Cell isHeader isWide>
        <span className={classes.browser} title={session.userAgent ?? undefined}>
          <Ellipsis text={browser} />
          {session.isCurrent && <Tag tone="success">This one</Tag>}
        </span>
      </Cell>
      <Cell label="Address">{session.ip ?? 'Unknown'}</Cell>
      <Cell label="Began">
        <RelativeTime at={session.createdAt} />
      </Cell>
      <Cell label="Last used">
        <RelativeTime at={session.lastUsedAt} />
      </Cell>
      <Cell isCorner align="right">
        {!session.isCurrent && (
          <Button variant="default" size="compact-sm" aria-label={`End the session of ${browser}`} onClick={onEnd}>
            End
          </Button>
        )}
      </Cell>
    </tr>
  );
}
