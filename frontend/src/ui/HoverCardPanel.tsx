import { Popover } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import classes from './HoverCard.module.css';

interface Props {
  label: string;
  onClose: () => void;
  children: ReactNode;
}

/**
 * The card of a `HoverCard`, below its link; it stands beside it in the page, so that Tab leads from the link into it.
 */
export function HoverCardPanel({ label, onClose, children }: Props) {
  useEscape(onClose);
  return (
    <Popover
      opened
      position="bottom-start"
      floatingStrategy="fixed"
      width="min(22rem, calc(100vw - 24px))"
      shadow="md"
      withinPortal={false}
      withRoles={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <span className={classes.target} />
      </Popover.Target>
      {/* The row around it is not clicked with it. */}
      <Popover.Dropdown
        role="group"
        aria-label={label}
        className={classes.card}
        onClick={(event) => event.stopPropagation()}
        onPointerDown={(event) => event.stopPropagation()}
      >
        {children}
      </Popover.Dropdown>
    </Popover>
  );
}

/** What Mantine's dialogs check at the target of a key that is not theirs. */
const NOT_FOR_DIALOGS = 'data-mantine-stop-propagation';

/** Closes by Escape, wherever the focus is, and keeps the dialog that the link stands in open. */
function useEscape(onClose: () => void): void {
  useEffect(() => {
    let marked: Element | null = null;
    const unmark = () => marked?.removeAttribute(NOT_FOR_DIALOGS);
    const mark = () => {
      unmark();
      marked = document.activeElement;
      marked?.setAttribute(NOT_FOR_DIALOGS, 'true');
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      onClose();
    };
    mark();
    window.addEventListener('focusin', mark);
    window.addEventListener('keydown', onKey, true);
    return () => {
      unmark();
      window.removeEventListener('focusin', mark);
      window.removeEventListener('keydown', onKey, true);
    };
  }, [onClose]);
}
