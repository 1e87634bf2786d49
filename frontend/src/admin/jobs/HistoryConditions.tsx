import { Button, Menu } from '@mantine/core';
import { IconFilterPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useHistoryUrlState } from '../../components/url-state';
import { useReturnFocus } from '../../ui/useReturnFocus';
import { ConditionDialog } from './ConditionDialog';
import { type ConditionKind, conditionKinds, describeCondition, withCondition } from './history-conditions';
import { ChosenSeveral, SeveralDialog, type SeveralField, severalFields } from './SeveralChoice';

/** Runs are looked at one after the other: without a time all there are would be. */
const FIRST_TIME = '7d';

/** Adds conditions to the history beyond job, status and time, and shows those there are. */
export function HistoryConditions() {
  const { filters, setFilters } = useHistoryUrlState();
  const { more } = filters;
  const [opened, open] = useState<ConditionKind | null>(null);
  const [openedSeveral, openSeveral] = useState<SeveralField | null>(null);
  useReturnFocus(opened !== null || openedSeveral !== null);
  const set = (kind: ConditionKind, value: string | number | null, isNot = false) => {
    const next = withCondition(more, kind, value, isNot);
    const time = filters.time ?? (value === null ? undefined : FIRST_TIME);
    setFilters({ ...filters, time, more: next });
  };
  return (
    <>
      <ChosenSeveral filters={filters} onOpen={openSeveral} onChange={setFilters} />
      {conditionKinds.map((kind) =>
        more?.[kind.name] === undefined ? null : (
          <Button.Group key={kind.name}>
            <Button variant="light" onClick={() => open(kind)}>
              {describeCondition(kind, more)}
            </Button>
            <Button
              variant="light"
              px={8}
              aria-label={`${describeCondition(kind, more)}: clear`}
              onClick={() => set(kind, null)}
            >
              <IconX size={14} aria-hidden />
            </Button>
          </Button.Group>
        ),
      )}
      <Menu withinPortal={false} position="bottom-start" returnFocus>
        <Menu.Target>
          <Button variant="default" leftSection={<IconFilterPlus size={16} />}>
            Filter
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah="24rem" style={{ overflowY: 'auto' }}>
          {severalFields.map(({ name, label }) => (
            <Menu.Item key={name} onClick={() => openSeveral(name)}>
              {label}
            </Menu.Item>
          ))}
          {conditionKinds.map((kind) => (
            <Menu.Item key={kind.name} onClick={() => open(kind)}>
              {kind.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {openedSeveral && (
        <SeveralDialog
          key={openedSeveral}
          field={openedSeveral}
          filters={filters}
          onChange={(next) => {
            setFilters(next.more === undefined ? next : { ...next, time: next.time ?? FIRST_TIME });
            openSeveral(null);
          }}
          onClose={() => openSeveral(null)}
        />
      )}
      {opened && (
        <ConditionDialog
          key={opened.name}
          kind={opened}
          more={more}
          onSet={(value, isNot) => {
            set(opened, value, isNot);
            open(null);
          }}
          onClose={() => open(null)}
        />
      )}
    </>
  );
}
