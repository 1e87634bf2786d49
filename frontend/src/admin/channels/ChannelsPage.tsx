import type { JobChannel } from '@job-manager/shared/contract/channels';
import { Button } from '@mantine/core';
import { IconArrowsSplit2, IconFilterOff, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { serverNow, useServerTime } from '../../api/server-clock';
import { useCan } from '../../api/session';
import { AutoRefresh } from '../../components/AutoRefresh';
import { channelsQuery } from '../../components/channels/calls';
import { type ChannelState, channelStates, stateAppearance, stateOf } from '../../components/channels/channel-state';
import { type ChannelActs, useChannelActs } from '../../components/channels/useChannelActs';
import { useListSort } from '../../components/list-sort';
import { Pending } from '../../components/Pending';
import { Permitted } from '../../components/Permitted';
import { countOf } from '../../lib/count-of';
import { EmptyState } from '../../ui/EmptyState';
import { ListToolbar } from '../../ui/ListToolbar';
import { Page } from '../../ui/Page';
import { Section } from '../../ui/Section';
import { ShowMore } from '../../ui/ShowMore';
import { ChannelTable } from './ChannelTable';

/** The lanes that runs queue in: how full and how late each is. */
export function ChannelsPage() {
  return (
    <Permitted permission="view" title="Channels">
      <Channels />
    </Permitted>
  );
}

const place = { q: parseAsString.withDefault(''), state: parseAsStringLiteral(channelStates) };
const choices = channelStates.map((value) => ({ value, label: stateAppearance[value].label }));

const orders = {
  name: ({ name }: JobChannel) => name,
  // Channels that need attention come first.
  state: (channel: JobChannel) => -channelStates.indexOf(stateOf(channel, serverNow())),
  running: ({ running }: JobChannel) => running,
  queued: ({ queued }: JobChannel) => queued,
  oldest: ({ oldestDueAt }: JobChannel) => oldestDueAt,
  weight: ({ weight }: JobChannel) => weight,
};

function Channels() {
  const query = useQuery(channelsQuery());
  const { data, refetch, dataUpdatedAt, isFetching } = query;
  const [{ q, state }, set] = useQueryStates(place);
  const acts = useChannelActs();
  const canManage = useCan('manageChannels');
  const shown = useShown(data ?? [], q, state);
  const { sort, sorted } = useListSort(orders);
  return (
    <Page
      title="Channels"
      lead="Lanes that runs queue in, each with limits, a weight and a pause of its own."
      actions={
        <>
          <AutoRefresh
            page="channels"
            isOnByDefault
            updatedAt={dataUpdatedAt}
            isFetching={isFetching}
            onRefresh={() => void refetch()}
          />
          {canManage && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => acts.change(null)}>
              Channel settings
            </Button>
          )}
        </>
      }
    >
      <Section title="All channels" isTitleHidden>
        <ListToolbar
          noun="channels"
          q={q}
          onSearch={(text) => void set({ q: text })}
          state={state}
          states={choices}
          onState={(next) => void set({ state: next }, { history: 'push' })}
        />
        {data === undefined ? (
          <Pending query={query} what="Channels" rows={3} />
        ) : shown.length > 0 ? (
          <>
            <ShowMore rows={sorted(shown)} noun="channels">
              {(part) => <ChannelTable channels={part} sort={sort} acts={acts} />}
            </ShowMore>
            {isOnlyDefault(data) && <OnlyDefault acts={acts} canManage={canManage} />}
          </>
        ) : (
          <EmptyState
            icon={IconFilterOff}
            title="No channel matches"
            text={`Looked among ${countOf(data.length, 'channel')}.`}
            action={
              <Button variant="default" onClick={() => void set({ q: null, state: null })}>
                Clear filters
              </Button>
            }
          />
        )}
      </Section>
      {acts.dialogs}
    </Page>
  );
}

function useShown(channels: readonly JobChannel[], q: string, state: ChannelState | null): readonly JobChannel[] {
  const found = channels.filter(({ name }) => name.includes(q.toLowerCase()));
  const names = useServerTime((now) =>
    found
      .filter((channel) => state === null || stateOf(channel, now) === state)
      .map(({ name }) => name)
      .join(' '),
  );
  const wanted = new Set(names.split(' '));
  return found.filter(({ name }) => wanted.has(name));
}

const isOnlyDefault = (channels: readonly JobChannel[]): boolean =>
  channels.length === 1 && channels[0]?.name === 'default';

function OnlyDefault({ acts, canManage }: { acts: ChannelActs; canManage: boolean }) {
  return (
    <EmptyState
      icon={IconArrowsSplit2}
      title="All runs share one channel"
      text="Channels keep one kind of work from blocking another: mail in a channel of its own does not wait for reports. A job names its channel in code."
      action={
        canManage && (
          <Button variant="light" onClick={() => acts.change(null)}>
            Set limits of a channel
          </Button>
        )
      }
    />
  );
}
