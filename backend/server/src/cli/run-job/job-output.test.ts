import { expect, it } from 'vitest';
import { separateJobOutput } from './job-output.js';

it('shows the control characters that a job prints, on standard error, and leaves those of the command', () => {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: true,
    columns: 80,
    write: (text: string | Uint8Array) => {
      written[name] += String(text);
      return true;
    },
  });
  const streams = { stdout: stream('stdout'), stderr: stream('stderr') };
  const { out, err } = separateJobOutput(streams);
  streams.stdout.write('\x1b]0;title\x07 \x1b[2J \x1b[31mred\x1b[39m\n');
  streams.stderr.write('\x9b31m \u202e\r');
  const [first, second] = [Buffer.from('ü').subarray(0, 1), Buffer.from('ü').subarray(1)];
  for (const half of [first, second]) streams.stdout.write(half);
  expect(written).toEqual({
    stdout: '',
    stderr: '\\x1b]0;title\\x07 \\x1b[2J \x1b[31mred\x1b[39m\n\\x9b31m \\u202e\\x0dü',
  });
  out.write('{}\n');
  err.write('\x1b[1G');
  expect(written.stdout).toBe('{}\n');
  expect(written.stderr.endsWith('\x1b[1G')).toBe(true);
});
