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
  type TablerIcon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { definitionsQuery } from '../../api/job-queries';
import { mount } from '../../api/place';
import { useCan } from '../../api/session';
import { viewsQuery } from '../../api/view-calls';
import { noteList } from '../../components/list-return';
import { useRunDialog } from '../../components/url-state';
import { readRecentPages } from '../../lib/recent-pages';
import { paths } from '../../paths';
import type { DialogProps } from '../../ui/useDialog';
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
  Actions: IconBolt,
};

const NONE: never[] = [];

/** Finds pages, jobs and runs by typing, and opens them. */
export function Palette({ open, onClose }: DialogProps) {
  const [[store, spotlight]] = useState(createSpotlight);
  const [typed, setTyped] = useState('');
  const found = useEntries(typed, open);
  const isNothing = found.length === 0;
  const entries = isNothing ? [historyEntry(typed)] : found;
  const choose = useChoice();
  const listId = 'palette-entries';
  const { selected } = useSpotlight(store);
  const isNewTab = useRef(false);
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
      />
      {isNothing && (
        <p className={classes.nothing} role="status">
          No page, job or run matches “{typed.trim()}”.
        </p>
      )}
      <Spotlight.ActionsList id={listId} role="listbox" aria-label="Found">
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
      id={id}
      role="option"
      aria-selected={isSelected}
      leftSection={<Icon size={18} stroke={1.75} aria-hidden />}
      rightSection={entry.keys && <Kbd size="xs">{entry.keys}</Kbd>}
      label={entry.label}
      description={entry.description}
      className={classes.entry}
      classNames={{ actionDescription: classes.description }}
      onClick={({ ctrlKey, metaKey }) => onChoose(ctrlKey || metaKey)}
    />
  );
}

function useEntries(typed: string, isOpen: boolean): PaletteEntry[] {
  const pages = useNavGroups().flatMap(({ items }) => items);
  const { data: jobs = NONE } = useQuery({ ...definitionsQuery(), enabled: isOpen });
  const { data: views = NONE } = useQuery({ ...viewsQuery(), enabled: isOpen, meta: { isQuiet: true } });
  const { openNewOf } = useRunDialog();
  const mayRun = useCan('run');
  // biome-ignore lint/correctness/useExhaustiveDependencies: read anew at each opening
  const recent = useMemo(readRecentPages, [isOpen]);
  const hits = useLookup(typed, isOpen);
  const canPauseJobs = useCan('manageJobs');
  const runJob = mayRun ? openNewOf : undefined;
  return findEntries(typed, { pages, recent, views, jobs, hits, runJob, canPauseJobs });
}

/** Opens what was chosen, in a new tab where that is asked for. */
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
