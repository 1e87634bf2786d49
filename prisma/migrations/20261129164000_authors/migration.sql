-- Who chose what a run does, where that isn't who started it: a request with `replace` gives a queued run other parameters,
-- and the runs of a schedule do what the last to change it wanted.

-- CreateTable
CREATE TABLE "JobRunAuthor" (
    "runId" BIGINT NOT NULL,
    "userId" INTEGER,
    "tokenId" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "JobRunAuthor_pkey" PRIMARY KEY ("runId")
);

-- AlterTable
ALTER TABLE "Schedule" ADD COLUMN     "authorId" INTEGER,
ADD COLUMN     "authorTokenId" UUID;

-- AddForeignKey
ALTER TABLE "Schedule" ADD CONSTRAINT "Schedule_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Schedule" ADD CONSTRAINT "Schedule_authorTokenId_fkey" FOREIGN KEY ("authorTokenId") REFERENCES "ApiToken"("id") ON DELETE SET NULL ON UPDATE CASCADE;
