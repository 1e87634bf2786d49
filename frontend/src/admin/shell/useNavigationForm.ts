import { useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { useCallback, useLayoutEffect } from 'react';
import { useIsPhone } from '../../ui/useIsPhone';

/** Where the navigation stands, and how wide: at the left with labels or icons, or at a phone's lower edge. */
type NavigationForm = 'wide' | 'icons' | 'bottom';

/**
 * The form of the navigation; between labels and icons a wide window lets the reader choose, which this browser
 * remembers.
 */
export function useNavigationForm(): { form: NavigationForm; isChoice: boolean; toggle: () => void } {
  const isPhone = useIsPhone();
  const isNarrow = useMediaQuery('(max-width: 61.99em)', false, { getInitialValueInEffect: false });
  const [chosen, choose] = useLocalStorage<'wide' | 'icons'>({
    key: 'job-manager: sidebar',
    defaultValue: 'wide',
    getInitialValueInEffect: false,
  });
  const form = isPhone ? 'bottom' : isNarrow ? 'icons' : chosen;
  // Toasts and the gutter lie outside the shell and keep clear of it: they read the form from the root.
  useLayoutEffect(() => {
    const { dataset } = document.documentElement;
    dataset.navigation = form;
    return () => {
      delete dataset.navigation;
    };
  }, [form]);
  const toggle = useCallback(() => choose((now) => (now === 'icons' ? 'wide' : 'icons')), [choose]);
  return { form, isChoice: !isNarrow, toggle };
}
