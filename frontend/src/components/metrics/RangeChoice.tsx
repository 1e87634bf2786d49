import { type RangeName, rangeNames, spellRange } from '../../lib/time-range';
import { ButtonChoice } from '../../ui/ButtonChoice';

interface Props {
  /** Null where a part was chosen that is none of them. */
  range: RangeName | null;
  onChange: (range: RangeName) => void;
}

const choices = rangeNames.map((value) => ({ value, label: value, title: `Over ${spellRange(value)}` }));

/** How far back a chart goes. */
export function RangeChoice({ range, onChange }: Props) {
  return <ButtonChoice label="Range" choices={choices} value={range} onChange={onChange} />;
}
