import { Suspense, useState } from 'react';
import type { SignedInUser } from '../../api/session';
import { loadable } from '../../ui/loadable';
import { AccountButton } from './AccountButton';

// Mantine's menus weigh as much as the rest of the shell; most visits never open this one.
const UserMenu = loadable(() => import('./UserMenu').then((module) => module.UserMenu));

interface Props {
  user: SignedInUser;
  onShowShortcuts: () => void;
  onOpenNotices: () => void;
}

/** Who is signed in; a click opens their menu, which is loaded then. */
export function AccountMenu(props: Props) {
  const [isWanted, setWanted] = useState(false);
  const button = (
    <AccountButton user={props.user} aria-haspopup="menu" aria-expanded={false} onClick={() => setWanted(true)} />
  );
  return isWanted ? (
    <Suspense fallback={button}>
      <UserMenu {...props} />
    </Suspense>
  ) : (
    button
  );
}
