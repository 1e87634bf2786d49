import fc from 'fast-check';
import { isFull } from './size.js';

// Random tests draw the same values in each small run, so that a change never fails because of its draws alone. The
// full fault suite draws anew, and names the seed of a failure.
if (!isFull) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1 });
