import '@job-manager/server/cli/check-node';
import { ensurePrismaClient } from './lib/client.js';

const isNew = await ensurePrismaClient();
console.log(isNew ? 'The Prisma client was generated.' : 'The Prisma client is current.');
