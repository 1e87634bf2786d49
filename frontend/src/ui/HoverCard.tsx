import {
  type FocusEvent,
  type PointerEvent,
  type ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react';
import classes from './HoverCard.module.css';
import { loadable } from './loadable';

const HoverCardPanel = loadable(() => import('./HoverCardPanel').then((module) => module.HoverCardPanel));

/** A pointer that crosses a link on its way opens nothing. */
const OPEN_AFTER_MS = 400;
/** Enough to move the pointer from the link to its card. */
const CLOSE_AFTER_MS = 200;

interface Props {
  /** Names the card for screen readers. */
  label: string;
  /** Drawn, and so loaded, only once the card opens. */
  card: ReactNode;
  /** The link. */
  children: ReactNode;
}

/**
 * Shows a card beside a link that the pointer rests on, or that has the focus by keyboard. The card stays while the
 * pointer or the focus is in it; Escape closes it and leaves both where they are.
 */
export function HoverCard({ label, card, children }: Props) {
  const { isOpen, close, openLater, closeLater } = useDelayedOpening();
  const anchor = useRef<HTMLSpanElement>(null);
  const isDismissed = useRef(false);
  const dismiss = useCallback(() => {
    const link = anchor.current?.querySelector<HTMLElement>('a');
    // The focus must not go with the card; back on the link, it opens none.
    isDismissed.current = true;
    if (anchor.current?.contains(document.activeElement)) link?.focus();
    isDismissed.current = false;
    close();
  }, [close]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it watches what happens to the link inside it
    <span
      ref={anchor}
      className={classes.anchor}
      onPointerEnter={(event: PointerEvent) => event.pointerType !== 'touch' && openLater()}
      onPointerLeave={closeLater}
      onPointerDown={close}
      onFocus={({ target }: FocusEvent) => !isDismissed.current && target.matches(':focus-visible') && openLater()}
      onBlur={({ currentTarget, relatedTarget }: FocusEvent) => currentTarget.contains(relatedTarget) || closeLater()}
    >
      {children}
      {isOpen && (
        <Suspense>
          <HoverCardPanel label={label} onClose={dismiss}>
            {card}
          </HoverCardPanel>
        </Suspense>
      )}
    </span>
  );
}

function useDelayedOpening() {
  const [isOpen, setOpen] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const setLater = (isWanted: boolean, afterMs: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(isWanted), afterMs);
  };
  return {
    isOpen,
    openLater: () => setLater(true, OPEN_AFTER_MS),
    closeLater: () => setLater(false, CLOSE_AFTER_MS),
    close: useCallback(() => {
      clearTimeout(timer.current);
      setOpen(false);
    }, []),
  };
}
