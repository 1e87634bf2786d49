-- What the code of a job says of it is kept for servers without that code: they show and enqueue it by this.

-- AlterTable
ALTER TABLE "Job" ADD COLUMN     "definition" JSONB,
ADD COLUMN     "version" VARCHAR(16);
