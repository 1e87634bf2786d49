import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useServerTime } from '../api/server-clock';
import { formatAgo } from '../lib/duration';
import { RefreshButton } from '../ui/RefreshButton';
import { type AutoRefreshOptions, type RefreshChoice, refreshIntervals, useAutoRefresh } from './useAutoRefresh';

/** Refreshes a page by hand and by itself, with how old it is; `.` switches the latter on and off. */
export function AutoRefresh(options: AutoRefreshOptions) {
  const { updatedAt, isFetching, onRefresh } = options;
  const { isOn, everyS, isPaused, choose } = useAutoRefresh(options);
  const age = useServerTime(() => (updatedAt === 0 ? '' : formatAgo(Math.max(0, Date.now() - updatedAt))));
  return (
    <>
      <RefreshButton isFetching={isFetching} onRefresh={onRefresh} title={age && `Read ${age}`}>
        <span className="dimmed tabular" aria-hidden>
          &nbsp;{age}
        </span>
      </RefreshButton>
      {isPaused ? (
        // The press itself ends the pause: the button only has to be there.
        <Button variant="default">Paused after 10 minutes without input. Resume</Button>
      ) : (
        <Button.Group>
          <Button
            variant="default"
            px="sm"
            aria-pressed={isOn}
            data-key="."
            onClick={() => choose({ isOn: !isOn, everyS })}
          >
            Auto {isOn ? `${everyS}s` : 'off'}
          </Button>
          <Menu position="bottom-end" withinPortal={false}>
            <Menu.Target>
              <ActionIcon variant="default" size={36} aria-label="Choose the interval">
                <IconChevronDown size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.RadioGroup
                value={isOn ? String(everyS) : 'off'}
                onChange={(value) => choose(choiceOf(value, everyS))}
              >
                <Menu.RadioItem value="off">Off</Menu.RadioItem>
                {refreshIntervals.map((each) => (
                  <Menu.RadioItem key={each} value={String(each)}>
                    {each} s
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
            </Menu.Dropdown>
          </Menu>
        </Button.Group>
      )}
    </>
  );
}

const choiceOf = (value: string, everyS: RefreshChoice['everyS']): RefreshChoice => ({
  isOn: value !== 'off',
  everyS: refreshIntervals.find((each) => String(each) === value) ?? everyS,
});
