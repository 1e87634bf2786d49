import type { JobRun } from '@job-manager/shared/contract/run';
import { ActionIcon } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import classes from './RunWalk.module.css';
import { useListWalk, type WalkTarget } from './useListWalk';

interface Props {
  run: JobRun;
  /** Address of the list that one came from; null for none. */
  list: string | null;
  onWalk: (target: WalkTarget) => void;
}

/** "3 of 60", with the way to the next and the previous run of the list that one came from. */
export function RunWalk({ run, list, onWalk }: Props) {
  const walk = useListWalk(run, list);
  if (walk === null) return null;
  const { position, total, previous, next } = walk;
  return (
    <span className={classes.walk}>
      <Step name="Previous run" shortcut="p" icon={IconChevronLeft} target={previous} onWalk={onWalk} />
      <span className="tabular">
        {position.toLocaleString('en')} of {total.toLocaleString('en')}
      </span>
      <Step name="Next run" shortcut="n" icon={IconChevronRight} target={next} onWalk={onWalk} />
    </span>
  );
}

interface StepProps {
  name: string;
  shortcut: string;
  icon: typeof IconChevronLeft;
  target: WalkTarget | null;
  onWalk: Props['onWalk'];
}

function Step({ name, shortcut, icon: Icon, target, onWalk }: StepProps) {
  return (
    <ActionIcon
      variant="default"
      size={32}
      aria-label={name}
      title={`${name} (${shortcut})`}
      data-key={shortcut}
      disabled={target === null}
      onClick={() => target && onWalk(target)}
    >
      <Icon size={16} aria-hidden />
    </ActionIcon>
  );
}
