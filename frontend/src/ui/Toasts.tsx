import { Notifications } from '@mantine/notifications';
import { type RefObject, useEffect, useRef } from 'react';
import { MAX_TOASTS } from './toast';

const POSITION = 'bottom-left';

/** At the left: the buttons of every row stand at the right, and a toast must not cover them. */
export function Toasts() {
  const host = useRef<HTMLDivElement>(null);
  useToastRoom(host);
  return (
    <div ref={host}>
      <Notifications
        position={POSITION}
        limit={MAX_TOASTS}
        zIndex={400}
        containerWidth={360}
        withinPortal={false}
        notificationMaxHeight={260}
      />
    </div>
  );
}

/** Gives the style sheets the room that toasts take of the window's lower edge, so that pages and dialogs leave as much room below. */
function useToastRoom(host: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const stack = host.current?.querySelector(`[data-position="${POSITION}"]`);
    if (!stack) return;
    const root = document.documentElement;
    const observer = new ResizeObserver(() => {
      const { top, height } = stack.getBoundingClientRect();
      // They stand above the navigation of a phone, which a dialog covers.
      const room = height === 0 ? 0 : Math.ceil(window.innerHeight - top);
      root.style.setProperty('--toast-room', `${room}px`);
    });
    observer.observe(stack);
    return () => {
      observer.disconnect();
      root.style.removeProperty('--toast-room');
    };
  }, [host]);
}
