import { Group, NativeSelect, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { toFailure } from '../../api/failure';
import { fieldErrors } from '../../api/field-errors';
import { formatDateTime } from '../../lib/date-time';
import { timeZoneName } from '../../lib/local-time';
import { formatInZone } from '../../lib/zone-time';
import { ClockField } from '../../ui/ClockField';
import { ErrorMessage } from '../../ui/ErrorMessage';
import { previewQuery } from './calls';
import { changeKind, cronOf, type Preset, type PresetKind, presetOf } from './cron-presets';
import classes from './schedules.module.css';

interface Props {
  cron: string;
  timeZone: string;
  jobName: string;
  onCron: (line: string) => void;
  onTimeZone: (zone: string) => void;
  errors: { cron?: string; timeZone?: string };
}

const kinds: { value: PresetKind; label: string }[] = [
  { value: 'minutes', label: 'Every few minutes' },
  { value: 'hours', label: 'Every few hours' },
  { value: 'daily', label: 'Daily' },
  { value: 'weekdays', label: 'On weekdays' },
  { value: 'weekly', label: 'Weekly' },
  { value: 'monthly', label: 'Monthly' },
  { value: 'cron', label: 'A cron line' },
];
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** When a schedule comes due: presets and the cron line write each other, and below stands what it means. */
export function TimingFields({ cron, timeZone, jobName, onCron, onTimeZone, errors }: Props) {
  const [isFree, setFree] = useState(false);
  const { data, timing, refused } = usePreview({ cron, timeZone, jobName });
  const preset: Preset = isFree ? { kind: 'cron' } : presetOf(cron);
  const change = (next: Preset) => {
    const line = cronOf(next);
    if (line !== null) onCron(line);
  };
  return (
    <>
      <Group gap="sm" align="end">
        <NativeSelect
          label="When"
          data={kinds}
          value={preset.kind}
          onChange={(event) => {
            const kind = event.currentTarget.value as PresetKind;
            setFree(kind === 'cron');
            change(changeKind(presetOf(cron), kind));
          }}
        />
        <PresetFields preset={preset} onChange={change} />
      </Group>
      <TextInput
        label="Cron line"
        description="Minute, hour, day of month, month, day of week; six fields with seconds first"
        value={cron}
        onChange={(event) => onCron(event.currentTarget.value)}
        error={errors.cron ?? refused?.fields.cron}
        spellCheck={false}
        autoComplete="off"
      />
      <TextInput
        label="Time zone"
        description={`Yours: ${timeZoneName()}`}
        list="time-zones"
        value={timeZone}
        onChange={(event) => onTimeZone(event.currentTarget.value)}
        error={errors.timeZone ?? refused?.fields.timeZone}
      />
      <datalist id="time-zones">
        {zones.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      {refused?.rest && <ErrorMessage>{refused.rest}</ErrorMessage>}
      {refused === null && data && <Preview data={data} timeZone={timing.timeZone} />}
    </>
  );
}

interface IntervalProps {
  everyS: string;
  jobName: string;
  onChange: (everyS: string) => void;
  error?: string;
}

/** An interval, which comes due regardless of clocks and zones, with its next times. */
export function IntervalField({ everyS, jobName, onChange, error }: IntervalProps) {
  const { data, refused } = usePreview({ everyMs: Math.round(Number(everyS) * 1_000), timeZone: ownZone, jobName });
  return (
    <>
      <TextInput
        label="Every so many seconds"
        inputMode="numeric"
        value={everyS}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
      />
      {refused === null && data && <Preview data={data} timeZone={ownZone} />}
    </>
  );
}

function PresetFields({ preset, onChange }: { preset: Preset; onChange: (preset: Preset) => void }) {
  const number = (label: string, value: number, max: number, set: (value: number) => Preset) => (
    <TextInput
      className={classes.short}
      label={label}
      type="number"
      min={1}
      max={max}
      value={value}
      onChange={(event) =>
        onChange(set(Math.min(max, Math.max(1, Math.trunc(Number(event.currentTarget.value)) || 1))))
      }
    />
  );
  if (preset.kind === 'minutes') return number('Minutes', preset.every, 59, (every) => ({ ...preset, every }));
  if (preset.kind === 'hours') return number('Hours', preset.every, 23, (every) => ({ ...preset, every }));
  if (preset.kind === 'cron') return null;
  return (
    <>
      {preset.kind === 'weekly' && (
        <NativeSelect
          label="Day"
          data={days.map((label, value) => ({ label, value: String(value) }))}
          value={String(preset.day)}
          onChange={(event) => onChange({ ...preset, day: Number(event.currentTarget.value) })}
        />
      )}
      {preset.kind === 'monthly' && number('Day of month', preset.date, 31, (date) => ({ ...preset, date }))}
      <ClockField
        className={classes.short}
        label="At"
        value={preset.time}
        onChange={(time) => onChange({ ...preset, time })}
      />
    </>
  );
}

type Line = { cron: string } | { everyMs: number };

/** What the server makes of the timing that was typed, and of which field it refuses what. */
function usePreview({ jobName, timeZone, ...given }: { timeZone: string; jobName: string } & Line) {
  const line = 'cron' in given ? { cron: given.cron.trim() } : given;
  const [timing] = useDebouncedValue({ ...line, timeZone, jobName: jobName || undefined }, 300);
  const isGiven = 'cron' in timing ? timing.cron !== '' : timing.everyMs >= 1_000;
  const { data, error } = useQuery({ ...previewQuery(timing), enabled: isGiven && timing.timeZone !== '' });
  return { data, timing, refused: error && fieldErrors(toFailure(error), ['cron', 'timeZone']) };
}

interface PreviewProps {
  data: NonNullable<ReturnType<typeof usePreview>['data']>;
  timeZone: string;
}

/** What the timing means: as text, its next times in its zone and in the reader's, and remarks. */
function Preview({ data, timeZone }: PreviewProps) {
  return (
    <div className={classes.preview} aria-live="polite">
      <p>{data.timing}</p>
      <ol>
        {data.times.map((at) => (
          <li key={at}>
            {formatInZone(at, timeZone)}
            {timeZone !== ownZone && <span className="dimmed"> · {formatDateTime(at)} here</span>}
          </li>
        ))}
      </ol>
      {data.warnings.map(({ kind, message }) => (
        <p key={kind + message} className={classes.warning}>
          {message}
        </p>
      ))}
    </div>
  );
}

const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
