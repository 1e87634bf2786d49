import type { AlertRuleKind } from '@job-manager/shared/alert-rules';
import { Button } from '@mantine/core';
import { Link } from 'react-router-dom';
import { useCan } from '../../api/session';
import { paths } from '../../paths';

interface Props {
  kind: AlertRuleKind;
  jobName?: string;
  channel?: string;
  /** What one would be alerted of, for screen readers: "when mail waits". */
  of: string;
  size?: 'sm' | 'compact-sm' | 'compact-xs';
}

/** Leads to a new rule with its fields filled in; absent for those who may make none. */
export function AlertMe({ kind, jobName, channel, of, size = 'compact-sm' }: Props) {
  if (!useCan('manageAlerts')) return null;
  return (
    <Button
      variant="default"
      size={size}
      component={Link}
      to={paths.newRule(kind, { jobName, channel })}
      aria-label={`Alert me ${of}…`}
    >
      Alert me…
    </Button>
  );
}
