import { Anchor, Button, Group } from '@mantine/core';
import { IconEraser, IconPlayerPlay } from '@tabler/icons-react';
import { Link } from 'react-router-dom';
import { useCan } from '../../api/session';
import { useRunDialog } from '../../components/url-state';
import { useCleanUpStalled } from '../../components/useCleanUpStalled';
import { useStats } from '../../components/useStats';
import { paths } from '../../paths';
import { Section } from '../../ui/Section';

/** The most frequent acts, each with its question before it. */
export function OperationsPanel() {
  const { openNew } = useRunDialog();
  const mayRun = useCan('run');
  const mayPurge = useCan('purge');
  const { open, dialog } = useCleanUpStalled();
  const { data: stats } = useStats();
  const stalled = stats?.stalled ?? 0;
  return (
    <Section
      title="Operations"
      actions={
        <>
          <Anchor component={Link} to={paths.operations} size="sm">
            Job Operations Center
          </Anchor>
          <Anchor component={Link} to={paths.history} size="sm">
            Launch Job Table
          </Anchor>
        </>
      }
    >
      <Group gap="xs">
        {mayRun && (
          <Button variant="default" leftSection={<IconPlayerPlay size={16} />} onClick={openNew}>
            Run Simple Job
          </Button>
        )}
        {mayRun && (
          <Button component={Link} to={paths.operation('test')} variant="default">
            Run Tests
          </Button>
        )}
        {open && (
          <Button
            variant={stalled > 0 ? 'light' : 'default'}
            color={stalled > 0 ? 'orange' : undefined}
            leftSection={<IconEraser size={16} />}
            onClick={open}
          >
            Clear Stuck ({stalled.toLocaleString('en')})
          </Button>
        )}
        {mayPurge && (
          <Button component={Link} to={paths.operation('purge')} variant="default">
            Purge Channel…
          </Button>
        )}
      </Group>
      {dialog}
    </Section>
  );
}
