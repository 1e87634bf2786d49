import type { ErrorPeriod } from '@job-manager/shared/contract/errors';
import { ButtonChoice } from '../../ui/ButtonChoice';
import { periodNames } from './period';
import { periods } from './url-state';

interface Props {
  period: ErrorPeriod;
  onChange: (period: ErrorPeriod) => void;
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const choices = periods.map((value) => ({ value, label: value, title: capitalised(periodNames[value]) }));

/** How far back the list goes. */
export function PeriodChoice({ period, onChange }: Props) {
  return <ButtonChoice label="Period" choices={choices} value={period} onChange={onChange} size="sm" />;
}
