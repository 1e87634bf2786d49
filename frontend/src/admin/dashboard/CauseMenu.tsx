import type { FailureCause } from '@job-manager/shared/contract/failures';
import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { serverNow } from '../../api/server-clock';
import { useCan } from '../../api/session';

const HOUR_MS = 3_600_000;
const inHours = (hours: number): string => new Date(serverNow() + hours * HOUR_MS).toISOString();

interface Props {
  cause: FailureCause;
  onMute: (until: string) => void;
}

/** What else can be done about a cause of failures. */
export function CauseMenu({ cause: { jobName, cause }, onMute }: Props) {
  if (!useCan('manageAlerts')) return null;
  return (
    <Menu position="bottom-end" hideDetached={false}>
      <Menu.Target>
        <ActionIcon variant="default" size={26} aria-label={`More for failures of ${jobName}: ${cause}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onMute(inHours(1))}>Mute for 1 hour</Menu.Item>
        <Menu.Item onClick={() => onMute(inHours(8))}>Mute for 8 hours</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
