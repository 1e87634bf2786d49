import fc from 'fast-check';
import { isFull } from './size.js';

// What random tests draw is the same in each small run: a change is not to fail for what only its draws have found. The
// full fault suite draws anew, and names the seed of what fails.
if (!isFull) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1 });
