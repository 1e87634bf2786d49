import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useMemo } from 'react';
import { activeStates, groupings } from './active-groups';

const views = ['table', 'cards'] as const;

const place = {
  q: parseAsString.withDefault(''),
  job: parseAsString,
  channel: parseAsString,
  state: parseAsStringLiteral(activeStates),
  group: parseAsStringLiteral(groupings),
  follow: parseAsBoolean.withDefault(false),
  view: parseAsStringLiteral(views).withDefault('table'),
};

/** What the Active tab shows: `?q=paused&channel=mail&group=state&follow=true`. */
export function useActivePlace() {
  const [{ q, job, channel, state, group, follow, view }, set] = useQueryStates(place, { throttleMs: 200 });
  const filters = useMemo(() => ({ text: q, job, channel, state }), [q, job, channel, state]);
  return {
    filters,
    grouping: group,
    isFollowing: follow,
    view,
    set: (change: Parameters<typeof set>[0]) => void set(change),
  };
}
