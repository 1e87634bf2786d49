-- The runner that a suspect was lost with. When it beats again it was cut off, or frozen: nobody took it down.
ALTER TABLE "SuspectRun" ADD COLUMN "runnerId" UUID;
