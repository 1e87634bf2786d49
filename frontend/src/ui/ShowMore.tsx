import { Button, Group } from '@mantine/core';
import { type ReactNode, useState } from 'react';

interface Props<Row> {
  rows: readonly Row[];
  /** What they are, in the plural. */
  noun: string;
  /** So many at first, and so many more with each step. */
  step?: number;
  children: (shown: readonly Row[]) => ReactNode;
}

/** A long list, of which a part is drawn until more is wanted: thousands of rows at once take seconds. */
export function ShowMore<Row>({ rows, noun, step = 100, children }: Props<Row>) {
  const [most, setMost] = useState(step);
  const rest = rows.length - most;
  return (
    <>
      {children(rest > 0 ? rows.slice(0, most) : rows)}
      {rest > 0 && (
        <Group gap="sm" mt="sm">
          <Button variant="default" onClick={() => setMost(most + step)}>
            Show {Math.min(step, rest).toLocaleString('en')} more
          </Button>
          <span className="dimmed tabular">
            {most.toLocaleString('en')} of {rows.length.toLocaleString('en')} {noun} are shown.
          </span>
        </Group>
      )}
    </>
  );
}
