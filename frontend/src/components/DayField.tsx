import { CloseButton, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { shownZoneName } from '../lib/local-time';
import { isDay } from '../lib/read-time';
import classes from './DayField.module.css';

interface Props {
  label: string;
  /** A day in the zone that the panel shows, `2026-11-22`; empty for none. */
  value: string;
  /** Called with days that exist, and with the empty text. */
  onChange: (day: string) => void;
}

/** A day that narrows a list, in the order of ISO dates. */
export function DayField({ label, value, onChange }: Props) {
  const [text, setText] = useState(value);
  const [previous, setPrevious] = useState(value);
  const [isLeft, setLeft] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  if (value !== previous) {
    setPrevious(value);
    setText(value);
  }
  const type = (typed: string) => {
    setText(typed);
    const day = typed.trim();
    if (day !== value && (day === '' || isDay(day))) onChange(day);
  };
  const isTyped = isLeft || text.length === DAY_CHARS;
  return (
    <TextInput
      ref={input}
      className={classes.day}
      aria-label={label}
      leftSection={<span className={classes.label}>{label}</span>}
      leftSectionWidth={56}
      placeholder="YYYY-MM-DD"
      title={`YYYY-MM-DD, ${shownZoneName()}`}
      autoComplete="off"
      spellCheck={false}
      maxLength={DAY_CHARS}
      value={text}
      error={isTyped && text.trim() !== '' && !isDay(text.trim()) && 'Write it like 2026-12-24'}
      onFocus={() => setLeft(false)}
      onBlur={() => setLeft(true)}
      rightSection={
        text !== '' && (
          <CloseButton
            size="sm"
            aria-label={`Clear ${label}`}
            onClick={() => {
              type('');
              input.current?.focus();
            }}
          />
        )
      }
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}

const DAY_CHARS = 10;
