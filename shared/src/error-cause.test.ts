import { expect, test } from 'vitest';
import { causeOf } from './error-cause.js';

test.each([
  ['There is no user with the id 100059.', 'There is no user with the id #.'],
  ['Run 3f2b8a10-9c1d-4e5f-8a7b-001122334455 is gone', 'Run … is gone'],
  ['Commit 9fceb02d0ae598e9 is unknown\nat line 3', 'Commit … is unknown at line #'],
  ['defaced facade', 'defaced facade'],
  ['Took 1,001.5 ms of 3:20', 'Took # ms of #'],
  [`The user "Ada" of \`shop\` can't read 'orders'`, "The user … of … can't read …"],
  ['ENOENT: /srv/media/12/a.jpg, asked by ada@example.com at https://shop.test/a?b=1', 'ENOENT: …, asked by … at …'],
])('the cause of "%s" is "%s"', (error, cause) => expect(causeOf(error)).toBe(cause));
