-- An application that embeds Job Manager names its own users, by ids of its own.
ALTER TABLE "User" ADD COLUMN "externalId" VARCHAR(200);

CREATE UNIQUE INDEX "User_externalId_key" ON "User"("externalId");
