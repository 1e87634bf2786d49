import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';

interface Props {
  label: string;
  description?: string;
  /** `04:15` */
  value: string;
  error?: ReactNode;
  className?: string;
  onChange: (time: string) => void;
}

/**
 * A time of day on a clock of 24 hours, as the panel writes times: a browser's own field follows the browser's language.
 * Typed text counts as soon as it is a time; left before that, the field shows the last valid time.
 */
export function ClockField({ label, description, value, error, className, onChange }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <TextInput
      className={className}
      label={label}
      description={description}
      placeholder="HH:MM"
      maxLength={5}
      autoComplete="off"
      spellCheck={false}
      value={typed ?? value}
      error={error}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        const time = readClock(currentTarget.value);
        if (time !== null) onChange(time);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

/** `4:15` as `04:15`; null for a text that is no time of day. */
export function readClock(text: string): string | null {
  const [, hour = '', minute = ''] = /^\s*([01]?\d|2[0-3]):([0-5]\d)\s*$/.exec(text) ?? [];
  return minute === '' ? null : `${hour.padStart(2, '0')}:${minute}`;
}
