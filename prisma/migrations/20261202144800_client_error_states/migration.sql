-- What operators made of errors of browsers.

-- CreateTable
CREATE TABLE "ClientErrorState" (
    "fingerprint" VARCHAR(16) NOT NULL,
    "state" "RunErrorState" NOT NULL,
    "stateBy" VARCHAR(254) NOT NULL,
    "stateAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "note" VARCHAR(500),

    CONSTRAINT "ClientErrorState_pkey" PRIMARY KEY ("fingerprint")
);
