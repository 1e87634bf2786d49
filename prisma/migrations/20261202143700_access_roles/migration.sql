-- Roles of an installation's own, and access that is limited to some jobs.

-- CreateTable
CREATE TABLE "AccessRole" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" VARCHAR(60) NOT NULL,
    "permissions" TEXT[],
    "jobPatterns" TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "AccessRole_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "AccessRole_name_key" ON "AccessRole"("name");

-- AlterTable
ALTER TABLE "User" ADD COLUMN "accessRoleId" UUID;

-- AlterTable
ALTER TABLE "ApiToken" ADD COLUMN "jobPatterns" TEXT[];

-- CreateIndex
CREATE INDEX "User_accessRole" ON "User"("accessRoleId") WHERE ("accessRoleId" IS NOT NULL);

-- AddForeignKey
ALTER TABLE "User" ADD CONSTRAINT "User_accessRoleId_fkey" FOREIGN KEY ("accessRoleId") REFERENCES "AccessRole"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Who has an own role has no other beside it: what looks at the built-in one alone grants nothing.
ALTER TABLE "User" ADD CONSTRAINT "User_one_role" CHECK ("accessRoleId" IS NULL OR role = 'USER');

-- Open sockets are looked at again when an own role is given or taken, and when what it allows changes.
DROP TRIGGER "User_access_changed" ON "User";
CREATE TRIGGER "User_access_changed" AFTER UPDATE OF role, "accessRoleId", "tokenVersion", "disabledAt" ON "User" FOR EACH ROW
  WHEN (OLD.role IS DISTINCT FROM NEW.role OR OLD."accessRoleId" IS DISTINCT FROM NEW."accessRoleId"
    OR OLD."tokenVersion" IS DISTINCT FROM NEW."tokenVersion" OR OLD."disabledAt" IS DISTINCT FROM NEW."disabledAt")
  EXECUTE FUNCTION notify_user_access_changed();

DROP TRIGGER "User_deleted" ON "User";
CREATE TRIGGER "User_deleted" AFTER DELETE ON "User" FOR EACH ROW
  WHEN (OLD.role <> 'USER' OR OLD."accessRoleId" IS NOT NULL)
  EXECUTE FUNCTION notify_user_access_changed();

CREATE FUNCTION notify_access_role_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('job_manager_access', id::text) FROM "User" WHERE "accessRoleId" = NEW.id;
  RETURN NULL;
END
$$;

CREATE TRIGGER "AccessRole_changed" AFTER UPDATE OF permissions ON "AccessRole" FOR EACH ROW
  EXECUTE FUNCTION notify_access_role_changed();
