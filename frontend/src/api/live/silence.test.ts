import { beforeEach, expect, test, vi } from 'vitest';
import { watchSilence } from './silence';

beforeEach(() => {
  vi.useFakeTimers();
});

function watch(isOpen = true) {
  const ping = vi.fn();
  const giveUp = vi.fn();
  return { ping, giveUp, ...watchSilence({ ping, giveUp, isOpen: () => isOpen }) };
}

test('pings after 30 s without a message', () => {
  const { ping, giveUp } = watch();
  vi.advanceTimersByTime(29_000);
  expect(ping).not.toHaveBeenCalled();
  vi.advanceTimersByTime(3_500);
  expect(ping).toHaveBeenCalledTimes(1);
  expect(giveUp).not.toHaveBeenCalled();
});

test('gives the connection up when no answer comes', () => {
  const { ping, giveUp } = watch();
  vi.advanceTimersByTime(45_000);
  expect(ping).toHaveBeenCalledTimes(1);
  expect(giveUp).toHaveBeenCalledTimes(1);
});

test('is content with any answer', () => {
  const { ping, giveUp, received } = watch();
  vi.advanceTimersByTime(32_500);
  received();
  vi.advanceTimersByTime(29_000);
  expect(ping).toHaveBeenCalledTimes(1);
  expect(giveUp).not.toHaveBeenCalled();
});

test('does not ping a connection that is not open', () => {
  const { ping, giveUp } = watch(false);
  vi.advanceTimersByTime(300_000);
  expect(ping).not.toHaveBeenCalled();
  expect(giveUp).not.toHaveBeenCalled();
});

test('does not ping once stopped', () => {
  const { ping, stop } = watch();
  stop();
  vi.advanceTimersByTime(300_000);
  expect(ping).not.toHaveBeenCalled();
});
