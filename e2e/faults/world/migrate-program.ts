import { migrate } from '@job-manager/engine/database/migrate';
import type { Word } from './program.js';

// The first thing that a server and a worker of a new version do.
process.send?.({ type: 'ready' } satisfies Word);
await migrate(process.env.DATABASE_URL ?? '');
process.exit(0);
