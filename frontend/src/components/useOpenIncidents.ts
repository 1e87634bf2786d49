import { useLive } from '../api/live/LiveProvider';
import { useBadges } from './useBadges';

/** How many incidents are open and how many of them are critical: as the socket has it, else as the API answered last. */
export function useOpenIncidents(): { open: number; critical: number } {
  const sent = useLive((live) => live.alerts);
  const read = useBadges()?.incidents;
  return sent ?? read ?? { open: 0, critical: 0 };
}
