import { beforeEach, expect, test, vi } from 'vitest';
import { watchSilence } from './silence';

beforeEach(() => {
  vi.useFakeTimers();
});

function watch(isOpen = true) {
  const ask = vi.fn();
  const giveUp = vi.fn();
  return { ask, giveUp, ...watchSilence({ ask, giveUp, isOpen: () => isOpen }) };
}

test('pings after 30 s without a message', () => {
  const { ask, giveUp } = watch();
  vi.advanceTimersByTime(29_000);
  expect(ask).not.toHaveBeenCalled();
  vi.advanceTimersByTime(3_500);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(giveUp).not.toHaveBeenCalled();
});

test('gives the connection up when no answer comes', () => {
  const { ask, giveUp } = watch();
  vi.advanceTimersByTime(45_000);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(giveUp).toHaveBeenCalledTimes(1);
});

test('is content with any answer', () => {
  const { ask, giveUp, received } = watch();
  vi.advanceTimersByTime(32_500);
  received();
  vi.advanceTimersByTime(29_000);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(giveUp).not.toHaveBeenCalled();
});

test('does not ping a connection that is not open', () => {
  const { ask, giveUp } = watch(false);
  vi.advanceTimersByTime(300_000);
  expect(ask).not.toHaveBeenCalled();
  expect(giveUp).not.toHaveBeenCalled();
});

test('does not ping once stopped', () => {
  const { ask, stop } = watch();
  stop();
  vi.advanceTimersByTime(300_000);
  expect(ask).not.toHaveBeenCalled();
});
