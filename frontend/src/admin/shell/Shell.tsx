import { useQueryClient } from '@tanstack/react-query';
import { type PropsWithChildren, useEffect } from 'react';
import { useLocation, useNavigate } from 'react-router-dom';
import { useCan } from '../../api/session';
import { useRunDialog } from '../../components/url-state';
import { keepRecentPage } from '../../lib/recent-pages';
import { switchZone } from '../../lib/time-zone';
import { loadable } from '../../ui/loadable';
import { SectionBoundary } from '../../ui/SectionBoundary';
import { useDialog } from '../../ui/useDialog';
import { BottomBar } from './BottomBar';
import { keepEarlyKeys } from './early-keys';
import { useNavGroups } from './nav-items';
import classes from './Shell.module.css';
import { Sidebar } from './Sidebar';
import { TopBar } from './TopBar';
import { useCrumbs } from './useCrumbs';
import { useNavigationForm } from './useNavigationForm';
import { type KeyActions, useShortcuts } from './useShortcuts';

const Palette = loadable(() => import('./Palette').then((module) => module.Palette));
const ShortcutSheet = loadable(() => import('./ShortcutSheet').then((module) => module.ShortcutSheet));

/** What stands around every page: the navigation, the bar above, the palette and the keys. */
export function Shell({ children }: PropsWithChildren) {
  const { form, isChoice, toggle } = useNavigationForm();
  const palette = useDialog(Palette);
  const sheet = useDialog(ShortcutSheet);
  const search = () => {
    keepEarlyKeys();
    palette.open();
  };
  useShortcuts({
    ...usePageActions(),
    '/': search,
    '?': sheet.open,
    '[': toggle,
    t: switchZone,
  });
  useVisits();
  const isPhone = form === 'bottom';
  return (
    <div className={classes.shell}>
      {!isPhone && (
        <SectionBoundary name="The navigation">
          <Sidebar isIconsOnly={form === 'icons'} onToggle={isChoice ? toggle : undefined} />
        </SectionBoundary>
      )}
      <div className={classes.body}>
        <SectionBoundary name="The header">
          <TopBar isPhone={isPhone} onSearch={search} onShowShortcuts={sheet.open} />
          {isPhone && <BottomBar onSearch={search} />}
        </SectionBoundary>
        {children}
      </div>
      {palette.dialog}
      {sheet.dialog}
    </div>
  );
}

/** The keys of the pages, of a new run and of refreshing the page. */
function usePageActions(): KeyActions {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { openNew } = useRunDialog();
  const mayRun = useCan('run');
  const items = useNavGroups().flatMap((group) => group.items);
  return {
    ...Object.fromEntries(items.map(({ key, to }) => [`g ${key}`, () => void navigate(to)])),
    ...(mayRun ? { c: () => openNew() } : {}),
    r: () => void queryClient.refetchQueries({ type: 'active' }),
  };
}

/** Keeps the pages that were opened for the palette to begin with. */
function useVisits(): void {
  const { pathname } = useLocation();
  const crumbs = useCrumbs();
  const label = crumbs.map((crumb) => crumb.label).join(' / ');
  useEffect(() => {
    if (label !== '') keepRecentPage({ label, to: pathname });
  }, [label, pathname]);
}
