pnpm jobs check # the tables against the migrations, every run against every rule of the engine; exit code 1 where one is broken
curl -s localhost:3000/api/admin/jobs/health -H "authorization: Bearer $JOB_MANAGER_TOKEN"
