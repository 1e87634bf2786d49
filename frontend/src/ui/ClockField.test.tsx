import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { ClockField, readClock } from './ClockField';

test.each([
  ['04:15', '04:15'],
  ['4:15', '04:15'],
  ['23:59', '23:59'],
  ['24:00', null],
  ['4:1', null],
  ['415', null],
  ['', null],
])('reads %j as %j', (text, time) => {
  expect(readClock(text)).toBe(time);
});

function Field({ onTime }: { onTime: (time: string) => void }) {
  const [time, setTime] = useState('22:00');
  return (
    <ClockField
      label="At"
      value={time}
      onChange={(next) => {
        setTime(next);
        onTime(next);
      }}
    />
  );
}

test('takes a time as soon as it is one, and goes back to the one that counts', async () => {
  const times: string[] = [];
  const user = userEvent.setup();
  render(
    <MantineProvider>
      <Field onTime={(time) => times.push(time)} />
    </MantineProvider>,
  );
  const field = screen.getByRole('textbox', { name: 'At' });
  await user.clear(field);
  await user.type(field, '4:15');
  expect(times).toEqual(['04:15']);
  expect(field).toHaveValue('4:15');
  await user.tab();
  expect(field).toHaveValue('04:15');
  await user.clear(field);
  await user.type(field, 'soon');
  await user.tab();
  expect(field).toHaveValue('04:15');
});
