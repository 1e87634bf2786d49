import { defineConfig } from 'prisma/config';

const url = new URL(process.env.DATABASE_URL ?? 'postgresql://localhost/job_manager');
if (process.env.DATABASE_SCHEMA) url.searchParams.set('schema', process.env.DATABASE_SCHEMA);

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: url.href },
});
