-- The recovery codes of a person that are left go with their second factor. When one was used is in the audit log.

-- AlterTable
ALTER TABLE "SecondFactor" ADD COLUMN "recoveryHashes" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

UPDATE "SecondFactor" f SET "recoveryHashes" = c.hashes
FROM (SELECT "userId", array_agg(hash::text ORDER BY hash) AS hashes FROM "RecoveryCode" WHERE "usedAt" IS NULL GROUP BY 1) c
WHERE c."userId" = f."userId";

-- DropTable
DROP TABLE "RecoveryCode";
