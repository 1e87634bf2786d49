import type { ApiToken } from '@job-manager/shared/contract/tokens';
import { permissions } from '@job-manager/shared/permissions';
import { Button } from '@mantine/core';
import { memo, type ReactNode, useState } from 'react';
import { useServerTime } from '../../api/server-clock';
import { RelativeTime } from '../../components/RelativeTime';
import { Ellipsis } from '../../ui/Ellipsis';
import { Cell, Table } from '../../ui/Table';
import { Tag } from '../../ui/Tag';
import classes from './TokenTable.module.css';
import { stateAppearance, tokenState } from './token-state';

interface Props {
  tokens: readonly ApiToken[];
  onRevoke: (token: ApiToken) => void;
}

/** Rows drawn at a time: of tokens that ended long ago there may be many. */
const STEP = 100;

const columns = [
  { label: 'Name' },
  { label: 'State' },
  { label: 'May' },
  { label: 'Created' },
  { label: 'Last used' },
  { label: 'Expires' },
  { label: 'Actions', isHidden: true },
] as const;

export function TokenTable({ tokens, onRevoke }: Props) {
  const [most, setMost] = useState(STEP);
  return (
    <>
      <Table caption="API tokens" columns={columns} stackOn="tablet">
        {tokens.slice(0, most).map((token) => (
          <TokenRow key={token.id} token={token} onRevoke={onRevoke} />
        ))}
      </Table>
      {tokens.length > most && (
        <Button variant="default" mt="md" onClick={() => setMost(most + STEP)}>
          Show {Math.min(STEP, tokens.length - most)} more
        </Button>
      )}
    </>
  );
}

const TokenRow = memo(function TokenRow({ token, onRevoke }: { token: ApiToken; onRevoke: Props['onRevoke'] }) {
  const state = useServerTime((now) => tokenState(token, now));
  const { label, tone } = stateAppearance[state];
  return (
    <tr className={state === 'active' ? undefined : classes.ended}>
      <Cell isHeader isWide>
        <Ellipsis text={token.name} />
        <code className={classes.prefix}>{token.prefix}…</code>
      </Cell>
      <Cell label="State">
        <span>
          <Tag tone={tone}>{label}</Tag>
        </span>
      </Cell>
      <Cell label="May">
        <span className={classes.permissions}>
          {token.permissions.map((permission) => (
            <Tag key={permission} title={permissions[permission]}>
              {permission}
            </Tag>
          ))}
          {token.jobPatterns && <Jobs patterns={token.jobPatterns} />}
        </span>
      </Cell>
      <Cell label="Created">
        <WithNote note={token.createdBy && `by ${token.createdBy.email}`}>
          <RelativeTime at={token.createdAt} />
        </WithNote>
      </Cell>
      <Cell label="Last used">
        <WithNote note={token.lastUsedIp && `from ${token.lastUsedIp}`}>
          {token.lastUsedAt === null ? 'Never' : <RelativeTime at={token.lastUsedAt} />}
        </WithNote>
      </Cell>
      <Cell label="Expires">
        <End token={token} />
      </Cell>
      <Cell isCorner align="right">
        {state === 'active' && (
          <Button
            variant="default"
            size="compact-sm"
            aria-label={`Revoke ${token.name}`}
            onClick={() => onRevoke(token)}
          >
            Revoke
          </Button>
        )}
      </Cell>
    </tr>
  );
});

/** Sees and acts on nothing else. */
const Jobs = ({ patterns }: { patterns: readonly string[] }) => (
  <span className={classes.jobs} title={patterns.join(', ')}>
    on <code>{patterns.join(', ')}</code> alone
  </span>
);

function End({ token }: { token: ApiToken }) {
  if (token.revokedAt !== null) {
    return (
      <WithNote note={token.revokedBy && `by ${token.revokedBy.email}`}>
        Revoked <RelativeTime at={token.revokedAt} />
      </WithNote>
    );
  }
  if (token.expiresAt !== null) {
    return (
      <span>
        <RelativeTime at={token.expiresAt} />
      </span>
    );
  }
  return (
    <span>
      <Tag tone="warning" title="It can be used until it is revoked">
        Never
      </Tag>
    </span>
  );
}

function WithNote({ note, children }: { note: string | null; children: ReactNode }) {
  return (
    <span className={classes.twoLines}>
      <span>{children}</span>
      {note && (
        <span className={classes.note}>
          <Ellipsis text={note} />
        </span>
      )}
    </span>
  );
}
