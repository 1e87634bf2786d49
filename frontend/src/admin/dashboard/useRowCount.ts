import { useIsPhone } from '../../ui/useIsPhone';

const ROWS = { wide: 10, phone: 5 };

/** How many rows the lists of the dashboard have. */
export const useRowCount = (): number => (useIsPhone() ? ROWS.phone : ROWS.wide);
