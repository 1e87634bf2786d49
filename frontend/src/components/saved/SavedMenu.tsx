import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useCan } from '../../api/session';

/** What people keep under a name. */
export interface Saved {
  id: string;
  name: string;
  isShared: boolean;
}

interface Props<One extends Saved> {
  label: string;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  isCompact?: boolean;
  /** What can be chosen. */
  children: ReactNode;
  saved: readonly One[];
  save: { label: string; isDisabled: boolean; onClick: () => void };
  onRemove: (saved: One) => void;
}

/** A menu of saved entries: choosing one, saving another, and removing own ones or, with the permission, shared ones. */
export function SavedMenu<One extends Saved>(props: Props<One>) {
  const { label, isOpen, onOpen, isCompact = false, children, saved, save, onRemove } = props;
  const canSave = useCan('run');
  const canShare = useCan('managePresets');
  const removable = canSave ? saved.filter(({ isShared }) => canShare || !isShared) : [];
  return (
    <Menu
      position={isCompact ? 'bottom-end' : 'bottom-start'}
      opened={isOpen}
      onChange={onOpen}
      withinPortal={false}
      returnFocus
    >
      <Menu.Target>
        <Button
          variant="default"
          size={isCompact ? 'compact-sm' : undefined}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} maw="min(20rem, 90vw)" style={{ overflowY: 'auto' }}>
        {children}
        {canSave && (
          <>
            <Menu.Divider />
            <Menu.Item disabled={save.isDisabled} onClick={save.onClick}>
              {save.label}
            </Menu.Item>
          </>
        )}
        {removable.map((one) => (
          <Menu.Item key={one.id} color="red" onClick={() => onRemove(one)}>
            Remove “{one.name}”
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** A heading and what stands under it; nothing where nothing does. */
export function SavedGroup<One>({ label, of, children }: GroupProps<One>) {
  if (of.length === 0) return null;
  return (
    <>
      <Menu.Label>{label}</Menu.Label>
      {of.map(children)}
    </>
  );
}

interface GroupProps<One> {
  label: string;
  of: readonly One[];
  children: (one: One) => ReactNode;
}
