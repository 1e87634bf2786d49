import type { Account } from '@job-manager/shared/contract/users';
import { memo } from 'react';
import { useSession } from '../../api/session';
import { RelativeTime } from '../../components/RelativeTime';
import { roleLabel, roleTone } from '../../components/roles';
import { Ellipsis } from '../../ui/Ellipsis';
import { Cell, Table } from '../../ui/Table';
import { Tag, type TagTone } from '../../ui/Tag';
import { UserRowMenu } from './UserRowMenu';
import classes from './UserTable.module.css';
import type { OpenedAct } from './user-acts';

interface Props {
  accounts: readonly Account[];
  /** Another page is on its way, the old one still shown. */
  isBusy: boolean;
  onAct: (act: OpenedAct) => void;
}

const columns = [
  { label: 'E-mail' },
  { label: 'Role' },
  { label: 'Status' },
  { label: 'Two-step' },
  { label: 'Last sign-in' },
  { label: 'Sessions', align: 'right' },
  { label: 'Actions', isHidden: true },
] as const;

export function UserTable({ accounts, isBusy, onAct }: Props) {
  const { data: me } = useSession();
  return (
    <Table caption="People" columns={columns} isBusy={isBusy}>
      {accounts.map((account) => (
        <UserRow key={account.id} account={account} isOwn={account.id === me?.id} onAct={onAct} />
      ))}
    </Table>
  );
}

interface RowProps {
  account: Account;
  isOwn: boolean;
  onAct: (act: OpenedAct) => void;
}

const UserRow = memo(function UserRow({ account, isOwn, onAct }: RowProps) {
  const status = accountStatus(account);
  return (
    <tr data-user={account.id}>
      <Cell isHeader>
        <span className={classes.who}>
          <Ellipsis text={account.email} />
          {isOwn && <Tag>You</Tag>}
        </span>
      </Cell>
      <Cell label="Role">
        <span>
          <Tag tone={account.accessRole ? 'info' : roleTone[account.role]}>
            {account.accessRole?.name ?? roleLabel[account.role]}
          </Tag>
        </span>
      </Cell>
      <Cell label="Status">
        <span>
          <Tag tone={status.tone} title={status.meaning}>
            {status.label}
          </Tag>
        </span>
      </Cell>
      <Cell label="Two-step">
        <span>
          {account.secondFactor ? (
            <Tag tone="success" title="Signing in takes a code as well">
              On
            </Tag>
          ) : (
            <span className="dimmed">Off</span>
          )}
        </span>
      </Cell>
      <Cell label="Last sign-in">
        {account.lastSignInAt === null ? (
          <span className="dimmed">Never</span>
        ) : (
          <RelativeTime at={account.lastSignInAt} />
        )}
      </Cell>
      <Cell label="Sessions" align="right">
        {account.sessions}
      </Cell>
      <Cell isCorner align="right">
        <UserRowMenu account={account} isOwn={isOwn} onAct={onAct} />
      </Cell>
    </tr>
  );
});

interface Status {
  label: string;
  tone: TagTone;
  meaning: string;
}

const statuses = {
  active: { label: 'Active', tone: 'success', meaning: 'May sign in' },
  disabled: { label: 'Disabled', tone: 'failed', meaning: 'Kept out until enabled again' },
  noSignIn: { label: 'No sign-in', tone: 'neutral', meaning: 'Has no password to sign in with' },
} as const satisfies Record<string, Status>;

/** Whether a person can sign in, as a label. */
function accountStatus({ disabledAt, canSignIn }: Account): Status {
  if (disabledAt !== null) return statuses.disabled;
  return canSignIn ? statuses.active : statuses.noSignIn;
}
