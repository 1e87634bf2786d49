import { Button, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { localInput, shownZoneName } from '../lib/local-time';
import { dayAfter, readLocalInput } from '../lib/read-time';
import classes from './TimeField.module.css';

interface Props {
  label: string;
  value: string;
  error?: ReactNode;
  /** Has the focus when its dialog opens. */
  isFirst?: boolean;
  /** For past times: no future time is proposed. */
  isPast?: boolean;
  onChange: (text: string) => void;
}

/**
 * A time in the order of ISO dates and the zone that the panel shows, with its UTC time and proposals of times to come.
 */
export function TimeField({ label, value, error, isFirst = false, isPast = false, onChange }: Props) {
  const at = readLocalInput(value);
  return (
    <div>
      <TextInput
        label={label}
        description={`YYYY-MM-DD HH:MM, ${shownZoneName()}`}
        placeholder={typedTime(tonight())}
        autoComplete="off"
        spellCheck={false}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
        data-autofocus={isFirst || undefined}
      />
      <div className={classes.proposals}>
        {(isPast ? [] : proposals).map(({ name, at: when }) => (
          <Button key={name} variant="default" size="compact-xs" onClick={() => onChange(typedTime(when()))}>
            {name}
          </Button>
        ))}
        {at !== null && <span className={classes.utc}>{formatUtc(at)}</span>}
      </div>
    </div>
  );
}

/** Why a text is no time to wait for, or null. */
export function timeProblem(text: string): string | null {
  if (text.trim() === '') return 'Choose a date and a time';
  const at = readLocalInput(text);
  if (at === null) return 'This is no date and time: write it like 2026-12-24 18:00';
  return Date.parse(at) <= Date.now() ? 'This time has passed' : null;
}

const HOUR_MS = 3_600_000;

/** The next time that the clock shows this: `02:00`. */
function nextAt(clock: string): number {
  const today = localInput(Date.now()).slice(0, 10);
  const at = Date.parse(readLocalInput(`${today} ${clock}`) ?? '');
  return at > Date.now() ? at : Date.parse(readLocalInput(`${dayAfter(today)} ${clock}`) ?? '');
}

/** As people type it: `2026-12-24 18:00`. */
export const typedTime = (at: number): string => localInput(at).replace('T', ' ');

const tonight = (): number => nextAt('02:00');

const proposals = [
  { name: 'In an hour', at: () => Date.now() + HOUR_MS },
  { name: 'Tonight 02:00', at: tonight },
  { name: 'Next morning 08:00', at: () => nextAt('08:00') },
];

/** `2026-12-24 17:00 UTC` */
const formatUtc = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;
