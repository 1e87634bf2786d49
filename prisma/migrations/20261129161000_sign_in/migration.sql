-- AlterTable
ALTER TABLE "User" ADD COLUMN "mustChangePassword" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "attemptsResetAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "Session" ADD COLUMN "lastUsedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
ADD COLUMN "endsAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp() + interval '7 days';

UPDATE "Session" SET "endsAt" = "expiresAt";

-- CreateTable
CREATE TABLE "SignInNetwork" (
    "userId" INTEGER NOT NULL,
    "network" VARCHAR(64) NOT NULL,
    "lastAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "SignInNetwork_pkey" PRIMARY KEY ("userId","network")
);

-- AddForeignKey
ALTER TABLE "SignInNetwork" ADD CONSTRAINT "SignInNetwork_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
