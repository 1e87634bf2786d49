import { Button, Kbd } from '@mantine/core';
import classes from './RunJobForm.module.css';

interface Props {
  /** Problems for which the server would refuse the request. */
  problems: number;
  /** Fields that are only not filled in yet. */
  missing: number;
  /** The person tried to send it with these problems. */
  isAttempted: boolean;
  runs: number;
  isPending: boolean;
  onShowProblem: () => void;
  onCancel: () => void;
}

/** The buttons, always in sight, with the number of problems that are left. */
export function RunFormFooter(props: Props) {
  const { problems, missing, isAttempted, runs, isPending, onShowProblem, onCancel } = props;
  const left =
    problems > 0 ? `${problems} problem${problems === 1 ? '' : 's'}` : missing > 0 ? `${missing} to fill in` : null;
  return (
    <div className={classes.footer}>
      <span role="status" className={classes.left}>
        {left !== null && (
          <Button variant="subtle" size="compact-sm" color={problems > 0 ? 'red' : 'gray'} onClick={onShowProblem}>
            {isAttempted ? `Fix and retry (${left})` : left}
          </Button>
        )}
      </span>
      <Button variant="default" onClick={onCancel}>
        Cancel
      </Button>
      <Button
        type="submit"
        loading={isPending}
        rightSection={
          <Kbd size="xs" className={classes.keys} aria-hidden>
            {isMac() ? '⌘↵' : 'Ctrl ↵'}
          </Kbd>
        }
      >
        {runs === 1 ? 'Enqueue Job' : `Enqueue ${runs} Jobs`}
      </Button>
    </div>
  );
}

const isMac = (): boolean => /mac|iphone|ipad/i.test(navigator.userAgent);
