import { Notifications } from '@mantine/notifications';

/** At the left: the buttons of every row stand at the right, and a toast must not cover them. */
export function Toasts() {
  return <Notifications position="bottom-left" limit={4} zIndex={400} />;
}
