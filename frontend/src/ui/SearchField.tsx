import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useRef, useState } from 'react';

interface Props {
  label: string;
  /** The current search text; kept outside, in the address. */
  value: string;
  onChange: (text: string) => void;
  maxLength: number;
  className?: string;
}

/** Long enough that a word is one search, short enough to feel immediate. */
const PAUSE_MS = 300;

/** A search that follows the typing, at its pauses. */
export function SearchField({ label, value, onChange, maxLength, className }: Props) {
  const { text, type } = useTypedText(value, onChange);
  const input = useRef<HTMLInputElement>(null);
  const clear = () => {
    type('');
    onChange('');
    // The button goes with the text; the focus must not go with it.
    input.current?.focus();
  };
  return (
    <TextInput
      ref={input}
      aria-label={label}
      placeholder={label}
      className={className}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={text === '' ? null : <CloseButton size="sm" aria-label="Clear the search" onClick={clear} />}
      maxLength={maxLength}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChange(text.trim());
      }}
    />
  );
}

/** The text in the field: newer than `value` while the reader types, and following it when it changes otherwise. */
function useTypedText(value: string, onChange: (text: string) => void) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  const [previous, setPrevious] = useState(value);
  const notify = useDebouncedCallback((typed: string) => {
    setKnown(typed);
    onChange(typed);
  }, PAUSE_MS);
  if (value !== previous) {
    setPrevious(value);
    if (value !== known) {
      setKnown(value);
      setText(value);
    }
  }
  const type = (typed: string) => {
    setText(typed);
    notify(typed.trim());
  };
  return { text, type };
}
