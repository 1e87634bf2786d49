import { createLoader, parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import { activeStates, groupings } from './active-groups';

const views = ['table', 'cards'] as const;

const place = {
  q: parseAsString.withDefault(''),
  job: parseAsString,
  channel: parseAsString,
  runner: parseAsString,
  state: parseAsStringLiteral(activeStates),
  group: parseAsStringLiteral(groupings),
  follow: parseAsBoolean.withDefault(false),
  view: parseAsStringLiteral(views).withDefault('table'),
};

const load = createLoader(place);

/** What the Active tab shows: `?q=paused&channel=mail&group=state&follow=true`. */
export function useActiveUrlState() {
  const [{ q, job, channel, runner, state, group, follow, view }, set] = useQueryStates(place, { throttleMs: 200 });
  const filters = useMemo(() => ({ text: q, job, channel, runner, state }), [q, job, channel, runner, state]);
  return {
    filters,
    grouping: group,
    isFollowing: follow,
    view,
    set: (change: Parameters<typeof set>[0]) => void set(change),
  };
}

/** Filters and groups of the address of the list. */
export function readActivePlace(search: string) {
  const { q, job, channel, runner, state, group } = load(`?${search}`);
  return { filters: { text: q, job, channel, runner, state }, grouping: group };
}
