import type { JobRun } from '@job-manager/shared/contract/run';
import { Button, Menu } from '@mantine/core';
import { IconGitCompare } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { neighboursQuery } from '../../api/run-list-queries';
import { paths } from '../../paths';

/** Leads to this run beside another of its job. */
export function CompareMenu({ run }: { run: JobRun }) {
  const { data } = useQuery(neighboursQuery(run));
  const others = [
    { label: 'Last success', other: data?.lastSuccess },
    { label: 'Last failure', other: data?.lastFailure },
    { label: 'Previous run', other: data?.previous },
    { label: 'Next run', other: data?.next },
  ].flatMap(({ label, other }) => (other && other.id !== run.id ? [{ label, id: other.id }] : []));
  if (others.length === 0) return null;
  return (
    <Menu withinPortal={false} position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="sm" leftSection={<IconGitCompare size={16} />}>
          Compare
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {others.map(({ label, id }) => (
          <Menu.Item key={label} component={Link} to={paths.compare(run.id, id)}>
            {label} #{id}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
