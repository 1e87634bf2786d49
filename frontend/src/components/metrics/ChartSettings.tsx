import { ActionIcon, Checkbox, Popover, Text } from '@mantine/core';
import { IconSettings } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ButtonChoice } from '../../ui/ButtonChoice';
import type { ChartChoice, StepName } from './chart-choice';
import classes from './metrics.module.css';

interface Props {
  /** What the settings are of. */
  label: string;
  choice: Pick<ChartChoice, 'step' | 'kind' | 'isCompared'>;
  onChange: (change: Partial<ChartChoice>) => void;
  /** More that can be set. */
  children?: ReactNode;
}

const stepLabels: Record<StepName, string> = { auto: 'Auto', '5min': '5 min', hour: 'Hour', day: 'Day' };
const kindLabels: Record<ChartChoice['kind'], string> = { area: 'Area', line: 'Line', bars: 'Bars' };
const choices = <Value extends string>(labels: Record<Value, string>) =>
  (Object.keys(labels) as Value[]).map((value) => ({ value, label: labels[value] }));

/** How figures are drawn, behind a gear. */
export function ChartSettings({ label, choice, onChange, children }: Props) {
  return (
    <Popover position="bottom-end" withinPortal={false} hideDetached={false} shadow="md" trapFocus>
      <Popover.Target>
        <ActionIcon variant="default" size={30} aria-label={label}>
          <IconSettings size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes.settings}>
          <Labelled label="One point for each">
            <ButtonChoice
              label="One point for each"
              choices={choices(stepLabels)}
              value={choice.step}
              onChange={(step) => onChange({ step })}
            />
          </Labelled>
          <Labelled label="Drawn as">
            <ButtonChoice
              label="Drawn as"
              choices={choices(kindLabels)}
              value={choice.kind}
              onChange={(kind) => onChange({ kind })}
            />
          </Labelled>
          <Checkbox
            label="With the period before"
            checked={choice.isCompared}
            onChange={({ currentTarget }) => onChange({ isCompared: currentTarget.checked })}
          />
          {children}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <Text size="sm" mb={4} aria-hidden>
        {label}
      </Text>
      {children}
    </div>
  );
}
