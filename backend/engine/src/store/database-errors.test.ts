import { expect, it } from 'vitest';
import { isPassing, isUnreachable } from './database-errors.js';

const withCode = (code: string) => Object.assign(new Error(code), { code });

it.each([
  ['a lost connection', '08006'],
  ['a server that was stopped', '57P01'],
  ['a server that starts', '57P03'],
  ['a server with no connection left', '53300'],
  ['a disk that is full', '53100'],
  ['a standby, which takes no writes', '25006'],
  ['a refused connection', 'ECONNREFUSED'],
])('%s is a database that can not be reached just now', (_, code) => {
  expect(isUnreachable(withCode(code))).toBe(true);
  expect(isPassing(withCode(code))).toBe(true);
});

it.each([
  ['a conflict', '40001'],
  ['a circle of waits', '40P01'],
  ['a time limit', '57014'],
  ['a wait for a lock that took too long', '55P03'],
])('%s passes, though the database was there', (_, code) => {
  expect(isUnreachable(withCode(code))).toBe(false);
  expect(isPassing(withCode(code))).toBe(true);
});

it.each([
  ['a value of the wrong form', '22P02'],
  ['a duplicate', '23505'],
  ['a table that is missing', '42P01'],
])('%s does not pass by itself', (_, code) => {
  expect(isPassing(withCode(code))).toBe(false);
});
