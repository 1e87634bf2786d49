import { Button, Group } from '@mantine/core';

interface Choice<Value extends string> {
  value: Value;
  label: string;
  /** Announced instead of the label where that is too short to be understood alone. */
  title?: string;
}

interface Props<Value extends string> {
  /** The current choice. */
  label: string;
  choices: readonly Choice<Value>[];
  /** Null where none of them is in force. */
  value: Value | null;
  onChange: (value: Value) => void;
  size?: 'compact-sm' | 'sm';
}

/** A few choices side by side, of which one is in force. */
export function ButtonChoice<Value extends string>({ label, choices, value, onChange, size }: Props<Value>) {
  return (
    <Group gap={4} role="group" aria-label={label}>
      {choices.map((choice) => (
        <Button
          key={choice.value}
          size={size ?? 'compact-sm'}
          variant={choice.value === value ? 'light' : 'default'}
          aria-pressed={choice.value === value}
          aria-label={choice.title}
          onClick={() => onChange(choice.value)}
        >
          {choice.label}
        </Button>
      ))}
    </Group>
  );
}
