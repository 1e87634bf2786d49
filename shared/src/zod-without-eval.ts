import * as z from 'zod';

// Zod compiles its schemas with `new Function` where it may, and tries whether it may: the content policy refuses that, and
// browsers report each refusal. To be imported before the first schema is made.
z.config({ jitless: true });
