import { createPool } from '@job-manager/engine/database/client';
import { schemaOf } from '@job-manager/engine/database/schema';
import { QueueEvents } from '@job-manager/engine/queue/events';
import { Rescuer } from '@job-manager/engine/queue/maintenance/rescuer';
import { Notifier } from '@job-manager/engine/store/notifier';

// Takes the runs of a command line away whose process is about to end; see `exit-guard.ts`.
const { DATABASE_URL: url = '' } = process.env;
const [runnerId = ''] = process.argv.slice(2);
const sql = createPool(url, { max: 1 });
const notifier = new Notifier(sql, schemaOf(url));
const timing = { stalledAfterMs: 300_000, heartbeatMs: 30_000, sweepMs: 60_000 };
const rescuer = new Rescuer({ sql, events: new QueueEvents(), notifier, ...timing });
await rescuer.recoverDeadRunner(runnerId);
await notifier.flush();
await sql.end();
