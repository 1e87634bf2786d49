import { expect, test } from 'vitest';
import { fieldErrors } from './field-errors';

const failure = {
  status: 400,
  title: 'Bad input',
  details: 'bob@example.com has an account.',
  retryable: true,
  issues: [],
};

test('puts each objection at its field, the first one where there are several', () => {
  const issues = [
    { path: 'email', message: 'is not an e-mail address' },
    { path: 'email', message: 'is too long' },
    { path: 'permissions.0', message: 'names one twice' },
  ];
  expect(fieldErrors({ ...failure, issues }, ['email', 'permissions'])).toEqual({
    fields: { email: 'Is not an e-mail address', permissions: 'Names one twice' },
    rest: null,
  });
});

test('takes the details for the field that an answer names', () => {
  expect(fieldErrors({ ...failure, field: 'email' }, ['email'])).toEqual({
    fields: { email: 'bob@example.com has an account.' },
    rest: null,
  });
});

test('keeps problems about no field of the form', () => {
  expect(fieldErrors(failure, ['email'])).toEqual({ fields: {}, rest: 'bob@example.com has an account.' });
  const issues = [{ path: 'other', message: 'must be there' }];
  expect(fieldErrors({ ...failure, issues }, ['email'])).toEqual({ fields: {}, rest: 'Must be there' });
});
