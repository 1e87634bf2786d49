import { createPool } from '../../database/client.js';
import { schemaOf } from '../../database/schema.js';
import { QueueEvents } from '../../queue/events.js';
import { Rescuer } from '../../queue/maintenance/rescuer.js';
import { Notifier } from '../../store/notifier.js';

// Takes the runs of a command line away whose process is about to end; see `exit-guard.ts`.
const { DATABASE_URL: url = '' } = process.env;
const [runnerId = ''] = process.argv.slice(2);
const sql = createPool(url, { max: 1 });
const notifier = new Notifier(sql, schemaOf(url));
const rescuer = new Rescuer({ sql, events: new QueueEvents(), notifier, stalledAfterMs: 300_000, sweepMs: 60_000 });
await rescuer.buryRunner(runnerId);
await notifier.flush();
await sql.end();
