import '@mantine/spotlight/styles.layer.css';
import { Kbd } from '@mantine/core';
import { createSpotlight, Spotlight, useSpotlight } from '@mantine/spotlight';
import {
  IconArrowsSplit2,
  IconBolt,
  IconBox,
  IconClockHour4,
  IconFileText,
  IconFilter,
  IconHash,
  IconSearch,
  IconServer2,
  type TablerIcon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { healthQuery } from '../../api/health-queries';
import { definitionsQuery } from '../../api/job-queries';
import { mount } from '../../api/mount';
import { useAllowed, useCan } from '../../api/session';
import { viewsQuery } from '../../api/view-calls';
import { channelsQuery } from '../../components/channels/calls';
import { noteList } from '../../components/list-return';
import { useRunDialog } from '../../components/url-state';
import { readRecentPages } from '../../lib/recent-pages';
import { paths } from '../../paths';
import type { DialogProps } from '../../ui/useDialog';
import { takeEarlyKeys } from './early-keys';
import { useNavGroups } from './nav-items';
import classes from './Palette.module.css';
import { findEntries, historyEntry, type PaletteEntry } from './palette-entries';
import { useLookup } from './useLookup';

const icons: Record<PaletteEntry['group'], TablerIcon> = {
  Run: IconHash,
  Found: IconSearch,
  Recent: IconClockHour4,
  Views: IconFilter,
  Pages: IconFileText,
  Jobs: IconBox,
  Channels: IconArrowsSplit2,
  Runners: IconServer2,
  Actions: IconBolt,
};

const NONE: never[] = [];
type SpotlightStore = ReturnType<typeof createSpotlight>[0];

/** Finds pages, jobs and runs by typing, and opens them. */
export function Palette({ open, onClose }: DialogProps) {
  const [[store, spotlight]] = useState(createSpotlight);
  const [typed, setTyped] = useState('');
  const { found, isPending } = useEntries(typed, open);
  const isNothing = found.length === 0 && !isPending;
  const entries = isNothing ? [historyEntry(typed)] : found;
  const choose = useChoice();
  const listId = 'palette-entries';
  const { selected } = useSpotlight(store);
  const isNewTab = useRef(false);
  useSelection(store, listId, entries);
  useEffect(() => (open ? spotlight.open() : spotlight.close()), [open, spotlight]);
  return (
    <Spotlight.Root
      store={store}
      onSpotlightClose={onClose}
      shortcut={null}
      query={typed}
      onQueryChange={setTyped}
      scrollable
      maxHeight="min(60vh, 480px)"
      aria-label="Search or jump to"
      returnFocus={false}
      overlayProps={{ backgroundOpacity: 0.5, blur: 2 }}
      transitionProps={{ duration: 0 }}
      onKeyDownCapture={({ ctrlKey, metaKey }) => {
        isNewTab.current = ctrlKey || metaKey;
      }}
    >
      <Spotlight.Search
        placeholder="Search or jump to…"
        aria-label="Search or jump to"
        leftSection={<IconSearch size={20} stroke={1.75} aria-hidden />}
        role="combobox"
        aria-expanded="true"
        aria-autocomplete="list"
        aria-controls={listId}
        aria-activedescendant={entries[selected] && `${listId}-${selected}`}
        maxLength={200}
        onFocus={() => setTyped((before) => before + takeEarlyKeys())}
      />
      {(isNothing || entries.length === 0) && (
        <p className={classes.nothing} role="status">
          {isNothing ? `No page, job or run matches “${typed.trim()}”.` : 'Searching…'}
        </p>
      )}
      <Spotlight.ActionsList id={listId} className={classes.list} role="listbox" aria-label="Found">
        {groupsOf(entries).map(([group, members]) => (
          <Spotlight.ActionsGroup key={group} label={group} role="group" aria-label={group}>
            {members.map(({ entry, index }) => (
              <Entry
                key={`${group} ${entry.label} ${entry.to}`}
                entry={entry}
                id={`${listId}-${index}`}
                isSelected={index === selected}
                onChoose={(isModified) => choose(entry, isModified || isNewTab.current)}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

interface EntryProps {
  entry: PaletteEntry;
  id: string;
  isSelected: boolean;
  /** Whether the click came with Ctrl or Cmd. */
  onChoose: (isModified: boolean) => void;
}

function Entry({ entry, id, isSelected, onChoose }: EntryProps) {
  const Icon = icons[entry.group];
  return (
    <Spotlight.Action
      // The spotlight takes an `id` for itself and gives its line none.
      renderRoot={(props) => <button {...props} id={id} />}
      role="option"
      aria-selected={isSelected}
      leftSection={<Icon size={18} stroke={1.75} aria-hidden />}
      rightSection={
        entry.keys && (
          <Kbd size="xs" className={classes.keys}>
            {entry.keys}
          </Kbd>
        )
      }
      label={entry.label}
      description={entry.description}
      className={classes.entry}
      classNames={{ actionBody: classes.body, actionDescription: classes.description }}
      onClick={({ ctrlKey, metaKey }) => onChoose(ctrlKey || metaKey)}
    />
  );
}

/**
 * The spotlight selects as one types; what comes later is selected here, unless a line that was selected still stands.
 */
function useSelection(store: SpotlightStore, listId: string, entries: readonly PaletteEntry[]): void {
  const lines = entries.map(({ group, label, to }) => `${group} ${label} ${to}`).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the lines change
  useEffect(() => {
    const drawn = [...(document.getElementById(listId)?.querySelectorAll('[data-action]') ?? [])];
    const kept = drawn.findIndex((line) => line.hasAttribute('data-selected'));
    const selected = Math.max(kept, 0);
    drawn[selected]?.setAttribute('data-selected', 'true');
    store.setState({ ...store.getState(), selected });
  }, [lines, listId, store]);
}

function useEntries(typed: string, isOpen: boolean): { found: PaletteEntry[]; isPending: boolean } {
  const pages = useNavGroups().flatMap(({ items }) => items);
  const { data: jobs = NONE } = useQuery({ ...definitionsQuery(), enabled: isOpen });
  const { data: channels = NONE } = useQuery({ ...channelsQuery(), enabled: isOpen, meta: { isQuiet: true } });
  const { data: views = NONE } = useQuery({ ...viewsQuery(), enabled: isOpen, meta: { isQuiet: true } });
  // The shell keeps it fresh for its dot.
  const { data: health } = useQuery({ ...healthQuery(), enabled: false });
  const { openNewOf } = useRunDialog();
  const mayRun = useCan('run');
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again at each opening
  const recent = useMemo(readRecentPages, [isOpen]);
  const { hits, isPending } = useLookup(typed, isOpen);
  const may = useAllowed();
  const runJob = mayRun ? openNewOf : undefined;
  const listed = { pages, recent, views, jobs, channels, runners: health?.runners };
  return { found: findEntries(typed, { ...listed, hits, runJob, may }), isPending };
}

/** Opens what was chosen, in a new tab on request. */
function useChoice(): (entry: PaletteEntry, isNewTab: boolean) => void {
  const navigate = useNavigate();
  return ({ to, act }, isNewTab) => {
    if (to !== undefined && isNewTab) {
      window.open(mount + to, '_blank', 'noopener');
      return;
    }
    if (to === undefined) return act?.();
    if (to.startsWith(`${paths.jobs}/`)) noteList();
    void navigate(to);
  };
}

type Numbered = { entry: PaletteEntry; index: number };

/** The entries under their captions; each with its number over all of them. */
function groupsOf(entries: readonly PaletteEntry[]): [group: string, members: Numbered[]][] {
  const groups = new Map<string, Numbered[]>();
  for (const entry of entries) groups.set(entry.group, [...(groups.get(entry.group) ?? []), { entry, index: 0 }]);
  let index = 0;
  for (const members of groups.values()) for (const member of members) member.index = index++;
  return [...groups];
}
