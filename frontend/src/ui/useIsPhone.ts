import { useMediaQuery } from '@mantine/hooks';

/** Whether the screen is as narrow as a phone's: dialogs fill it, and the navigation stands at its lower edge. */
export const useIsPhone = (): boolean =>
  useMediaQuery('(max-width: 47.99em)', false, { getInitialValueInEffect: false });
