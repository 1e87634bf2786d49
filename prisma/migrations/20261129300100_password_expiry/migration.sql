-- A password that another person set signs in until then, unless it is changed; null for one that its owner chose.
ALTER TABLE "User" ADD COLUMN "passwordExpiresAt" TIMESTAMPTZ(3);
-- Those that wait for their change already: their days begin now.
UPDATE "User" SET "passwordExpiresAt" = clock_timestamp() + interval '7 days' WHERE "mustChangePassword";
