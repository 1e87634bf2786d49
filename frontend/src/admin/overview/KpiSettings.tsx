import { Checkbox } from '@mantine/core';
import { ChartSettings } from '../../components/metrics/ChartSettings';
import classes from './KpiSettings.module.css';
import { kpiNames, kpis, SHOWN_KPIS } from './kpis';
import type { StripChoice } from './overview-url-state';

interface Props {
  choice: StripChoice;
  onChange: (change: Partial<StripChoice>) => void;
}

/** What the strip shows, and how. */
export function KpiSettings({ choice, onChange }: Props) {
  return (
    <ChartSettings label="Choose the figures" choice={choice} onChange={onChange}>
      <Checkbox.Group
        label={`Figures, at most ${SHOWN_KPIS}`}
        value={[...choice.kpis]}
        onChange={(names) => names.length > 0 && onChange({ kpis: kpiNames.filter((name) => names.includes(name)) })}
      >
        <div className={classes.names}>
          {kpiNames.map((name) => (
            <Checkbox
              key={name}
              value={name}
              label={kpis[name].label}
              disabled={choice.kpis.length >= SHOWN_KPIS && !choice.kpis.includes(name)}
            />
          ))}
        </div>
      </Checkbox.Group>
    </ChartSettings>
  );
}
