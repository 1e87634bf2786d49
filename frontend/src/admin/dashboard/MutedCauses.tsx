import type { FailureCause } from '@job-manager/shared/contract/failures';
import { Button } from '@mantine/core';
import { useCan } from '../../api/session';
import { RelativeTime } from '../../components/RelativeTime';
import classes from './dashboard.module.css';

interface Props {
  causes: readonly FailureCause[];
  onShow: (cause: FailureCause) => void;
}

/** Causes of failures that are not listed for a while. */
export function MutedCauses({ causes, onShow }: Props) {
  const mayMute = useCan('manageAlerts');
  return (
    <ul className={classes.muted} aria-label="Muted causes">
      {causes.map((cause) => (
        <li key={cause.fingerprint}>
          <span className={classes.mutedCause}>
            <strong>{cause.jobName}</strong> {cause.cause}
            <span className={classes.under}>
              muted{cause.mutedBy !== null && ` by ${cause.mutedBy}`}
              {cause.mutedUntil !== null && (
                <>
                  , listed again <RelativeTime at={cause.mutedUntil} />
                </>
              )}
            </span>
          </span>
          {mayMute && (
            <Button
              variant="default"
              size="compact-sm"
              aria-label={`Unmute failures of ${cause.jobName}: ${cause.cause}`}
              onClick={() => onShow(cause)}
            >
              Unmute
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
