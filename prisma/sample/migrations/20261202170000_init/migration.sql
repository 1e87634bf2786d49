-- CreateEnum
CREATE TYPE "TrendingKind" AS ENUM ('POST', 'HASHTAG');

-- CreateEnum
CREATE TYPE "InterestSource" AS ENUM ('DECLARED', 'INFERRED', 'BOTH');

-- CreateEnum
CREATE TYPE "ReactionKind" AS ENUM ('LIKE', 'LOVE', 'LAUGH', 'WOW');

-- CreateEnum
CREATE TYPE "MediaMetadataStatus" AS ENUM ('PENDING', 'READY', 'FAILED');

-- CreateTable
CREATE TABLE "MatchScore" (
    "userId" INTEGER NOT NULL,
    "candidateId" INTEGER NOT NULL,
    "rank" INTEGER NOT NULL,
    "score" DOUBLE PRECISION NOT NULL,
    "traitScore" DOUBLE PRECISION NOT NULL,
    "interestScore" DOUBLE PRECISION NOT NULL,
    "compatibilityScore" DOUBLE PRECISION NOT NULL,
    "distanceScore" DOUBLE PRECISION NOT NULL,
    "ageScore" DOUBLE PRECISION NOT NULL,
    "activityScore" DOUBLE PRECISION NOT NULL,
    "algorithmVersion" VARCHAR(50) NOT NULL,
    "computedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "MatchScore_pkey" PRIMARY KEY ("userId","candidateId")
);

-- CreateTable
CREATE TABLE "Compatibility" (
    "userAId" INTEGER NOT NULL,
    "userBId" INTEGER NOT NULL,
    "score" DOUBLE PRECISION NOT NULL,
    "satisfactionA" DOUBLE PRECISION NOT NULL,
    "satisfactionB" DOUBLE PRECISION NOT NULL,
    "commonAnswers" INTEGER NOT NULL,
    "margin" DOUBLE PRECISION NOT NULL,
    "algorithmVersion" VARCHAR(50) NOT NULL,
    "computedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "Compatibility_pkey" PRIMARY KEY ("userAId","userBId")
);

-- CreateTable
CREATE TABLE "PostFeatures" (
    "postId" INTEGER NOT NULL,
    "language" VARCHAR(3) NOT NULL,
    "characterCount" INTEGER NOT NULL,
    "wordCount" INTEGER NOT NULL,
    "readability" DOUBLE PRECISION NOT NULL,
    "keywords" TEXT[],
    "keywordWeights" DOUBLE PRECISION[],
    "hashtags" TEXT[],
    "mentions" TEXT[],
    "links" TEXT[],
    "algorithmVersion" VARCHAR(50) NOT NULL,
    "computedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "PostFeatures_pkey" PRIMARY KEY ("postId")
);

-- CreateTable
CREATE TABLE "TrendingItem" (
    "kind" "TrendingKind" NOT NULL,
    "key" VARCHAR(100) NOT NULL,
    "rank" INTEGER NOT NULL,
    "score" DOUBLE PRECISION NOT NULL,
    "velocity" DOUBLE PRECISION NOT NULL,
    "reactions" INTEGER NOT NULL,
    "algorithmVersion" VARCHAR(50) NOT NULL,
    "computedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "TrendingItem_pkey" PRIMARY KEY ("kind","key")
);

-- CreateTable
CREATE TABLE "Affinity" (
    "userId" INTEGER NOT NULL,
    "authorId" INTEGER NOT NULL,
    "score" DOUBLE PRECISION NOT NULL,
    "reactions" INTEGER NOT NULL,
    "replies" INTEGER NOT NULL,
    "follows" BOOLEAN NOT NULL,
    "algorithmVersion" VARCHAR(50) NOT NULL,
    "computedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "Affinity_pkey" PRIMARY KEY ("userId","authorId")
);

-- CreateTable
CREATE TABLE "FeedItem" (
    "userId" INTEGER NOT NULL,
    "postId" INTEGER NOT NULL,
    "rank" INTEGER NOT NULL,
    "score" DOUBLE PRECISION NOT NULL,
    "algorithmVersion" VARCHAR(50) NOT NULL,
    "computedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "FeedItem_pkey" PRIMARY KEY ("userId","postId")
);

-- CreateTable
CREATE TABLE "UserTraitVector" (
    "userId" INTEGER NOT NULL,
    "vector" DOUBLE PRECISION[],
    "algorithmVersion" VARCHAR(50) NOT NULL,
    "computedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "UserTraitVector_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "ProfileSearchDocument" (
    "userId" INTEGER NOT NULL,
    "document" tsvector NOT NULL,
    "algorithmVersion" VARCHAR(50) NOT NULL,
    "computedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "ProfileSearchDocument_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "UserInterestSet" (
    "userId" INTEGER NOT NULL,
    "interestId" INTEGER NOT NULL,
    "source" "InterestSource" NOT NULL,
    "weight" DOUBLE PRECISION NOT NULL,
    "algorithmVersion" VARCHAR(50) NOT NULL,
    "computedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "UserInterestSet_pkey" PRIMARY KEY ("userId","interestId")
);

-- CreateTable
CREATE TABLE "QuizQuestionStats" (
    "questionId" INTEGER NOT NULL,
    "answered" INTEGER NOT NULL,
    "skipped" INTEGER NOT NULL,
    "skipRate" DOUBLE PRECISION NOT NULL,
    "entropy" DOUBLE PRECISION NOT NULL,
    "meanAnswerMs" DOUBLE PRECISION NOT NULL,
    "distribution" JSONB NOT NULL,
    "algorithmVersion" VARCHAR(50) NOT NULL,
    "computedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "QuizQuestionStats_pkey" PRIMARY KEY ("questionId")
);

-- CreateTable
CREATE TABLE "SearchableUser" (
    "userId" INTEGER NOT NULL,
    "displayName" VARCHAR(100) NOT NULL,
    "birthDate" DATE NOT NULL,
    "gender" VARCHAR(20) NOT NULL,
    "city" VARCHAR(100) NOT NULL,
    "country" VARCHAR(2) NOT NULL,
    "latitude" DOUBLE PRECISION NOT NULL,
    "longitude" DOUBLE PRECISION NOT NULL,
    "lastActiveAt" TIMESTAMPTZ(3) NOT NULL,
    "followerCount" INTEGER NOT NULL,
    "postCount" INTEGER NOT NULL,
    "interestSlugs" TEXT[],
    "traitTags" TEXT[],
    "algorithmVersion" VARCHAR(50) NOT NULL,
    "computedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "SearchableUser_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "Profile" (
    "userId" INTEGER NOT NULL,
    "displayName" VARCHAR(100) NOT NULL,
    "birthDate" DATE NOT NULL,
    "gender" VARCHAR(20) NOT NULL,
    "bio" TEXT NOT NULL,
    "city" VARCHAR(100) NOT NULL,
    "country" VARCHAR(2) NOT NULL,
    "latitude" DOUBLE PRECISION NOT NULL,
    "longitude" DOUBLE PRECISION NOT NULL,
    "seekingAgeMin" INTEGER NOT NULL,
    "seekingAgeMax" INTEGER NOT NULL,
    "lastActiveAt" TIMESTAMPTZ(3) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "followerCount" INTEGER NOT NULL DEFAULT 0,
    "followingCount" INTEGER NOT NULL DEFAULT 0,
    "postCount" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Profile_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "ProfileTrait" (
    "userId" INTEGER NOT NULL,
    "trait" VARCHAR(40) NOT NULL,
    "score" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "ProfileTrait_pkey" PRIMARY KEY ("userId","trait")
);

-- CreateTable
CREATE TABLE "Interest" (
    "id" SERIAL NOT NULL,
    "slug" VARCHAR(60) NOT NULL,
    "name" VARCHAR(100) NOT NULL,
    "category" VARCHAR(60) NOT NULL,

    CONSTRAINT "Interest_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "UserInterest" (
    "userId" INTEGER NOT NULL,
    "interestId" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "UserInterest_pkey" PRIMARY KEY ("userId","interestId")
);

-- CreateTable
CREATE TABLE "Quiz" (
    "id" SERIAL NOT NULL,
    "slug" VARCHAR(60) NOT NULL,
    "title" VARCHAR(200) NOT NULL,

    CONSTRAINT "Quiz_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "QuizQuestion" (
    "id" SERIAL NOT NULL,
    "quizId" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "text" VARCHAR(300) NOT NULL,
    "trait" VARCHAR(40) NOT NULL,
    "weight" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "QuizQuestion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "QuizOption" (
    "id" SERIAL NOT NULL,
    "questionId" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "text" VARCHAR(200) NOT NULL,
    "traitValue" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "QuizOption_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "QuizAnswer" (
    "userId" INTEGER NOT NULL,
    "questionId" INTEGER NOT NULL,
    "optionId" INTEGER,
    "importance" SMALLINT NOT NULL,
    "answerMs" INTEGER NOT NULL,
    "answeredAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "QuizAnswer_pkey" PRIMARY KEY ("userId","questionId")
);

-- CreateTable
CREATE TABLE "Post" (
    "id" SERIAL NOT NULL,
    "authorId" INTEGER NOT NULL,
    "replyToId" INTEGER,
    "text" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "reactionCount" INTEGER NOT NULL DEFAULT 0,
    "replyCount" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Post_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Reaction" (
    "userId" INTEGER NOT NULL,
    "postId" INTEGER NOT NULL,
    "kind" "ReactionKind" NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Reaction_pkey" PRIMARY KEY ("userId","postId")
);

-- CreateTable
CREATE TABLE "Follow" (
    "followerId" INTEGER NOT NULL,
    "followeeId" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Follow_pkey" PRIMARY KEY ("followerId","followeeId")
);

-- CreateTable
CREATE TABLE "Media" (
    "id" SERIAL NOT NULL,
    "ownerId" INTEGER NOT NULL,
    "postId" INTEGER,
    "fileName" VARCHAR(300) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "metadataStatus" "MediaMetadataStatus" NOT NULL DEFAULT 'PENDING',
    "metadataError" VARCHAR(500),
    "metadataVersion" VARCHAR(50),
    "extractedAt" TIMESTAMPTZ(3),
    "format" VARCHAR(20),
    "width" INTEGER,
    "height" INTEGER,
    "byteSize" BIGINT,
    "checksum" VARCHAR(64),
    "takenAt" TIMESTAMPTZ(3),
    "orientation" SMALLINT,
    "dominantColor" VARCHAR(7),
    "blurPlaceholder" VARCHAR(80),

    CONSTRAINT "Media_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "email" VARCHAR(254) NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SampleRow" (
    "kind" VARCHAR(20) NOT NULL,
    "id" VARCHAR(100) NOT NULL,

    CONSTRAINT "SampleRow_pkey" PRIMARY KEY ("kind","id")
);

-- CreateIndex
CREATE INDEX "MatchScore_userId_rank_idx" ON "MatchScore"("userId", "rank");

-- CreateIndex
CREATE INDEX "MatchScore_candidateId_idx" ON "MatchScore"("candidateId");

-- CreateIndex
CREATE INDEX "Compatibility_userBId_idx" ON "Compatibility"("userBId");

-- CreateIndex
CREATE INDEX "TrendingItem_kind_rank_idx" ON "TrendingItem"("kind", "rank");

-- CreateIndex
CREATE INDEX "Affinity_authorId_idx" ON "Affinity"("authorId");

-- CreateIndex
CREATE INDEX "FeedItem_expiresAt_idx" ON "FeedItem"("expiresAt");

-- CreateIndex
CREATE INDEX "FeedItem_postId_idx" ON "FeedItem"("postId");

-- CreateIndex
CREATE INDEX "ProfileSearchDocument_document_idx" ON "ProfileSearchDocument" USING GIN ("document");

-- CreateIndex
CREATE INDEX "UserInterestSet_interestId_idx" ON "UserInterestSet"("interestId");

-- CreateIndex
CREATE INDEX "SearchableUser_birthDate_idx" ON "SearchableUser"("birthDate");

-- CreateIndex
CREATE INDEX "SearchableUser_country_city_idx" ON "SearchableUser"("country", "city");

-- CreateIndex
CREATE INDEX "SearchableUser_lastActiveAt_idx" ON "SearchableUser"("lastActiveAt");

-- CreateIndex
CREATE INDEX "SearchableUser_interestSlugs_idx" ON "SearchableUser" USING GIN ("interestSlugs");

-- CreateIndex
CREATE INDEX "SearchableUser_traitTags_idx" ON "SearchableUser" USING GIN ("traitTags");

-- CreateIndex
CREATE UNIQUE INDEX "Interest_slug_key" ON "Interest"("slug");

-- CreateIndex
CREATE INDEX "UserInterest_interestId_idx" ON "UserInterest"("interestId");

-- CreateIndex
CREATE UNIQUE INDEX "Quiz_slug_key" ON "Quiz"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "QuizQuestion_quizId_position_key" ON "QuizQuestion"("quizId", "position");

-- CreateIndex
CREATE UNIQUE INDEX "QuizOption_questionId_position_key" ON "QuizOption"("questionId", "position");

-- CreateIndex
CREATE INDEX "QuizAnswer_questionId_idx" ON "QuizAnswer"("questionId");

-- CreateIndex
CREATE INDEX "Post_authorId_idx" ON "Post"("authorId");

-- CreateIndex
CREATE INDEX "Post_replyToId_idx" ON "Post"("replyToId");

-- CreateIndex
CREATE INDEX "Post_createdAt_idx" ON "Post"("createdAt");

-- CreateIndex
CREATE INDEX "Reaction_postId_idx" ON "Reaction"("postId");

-- CreateIndex
CREATE INDEX "Reaction_createdAt_idx" ON "Reaction"("createdAt");

-- CreateIndex
CREATE INDEX "Follow_followeeId_idx" ON "Follow"("followeeId");

-- CreateIndex
CREATE UNIQUE INDEX "Media_fileName_key" ON "Media"("fileName");

-- CreateIndex
CREATE INDEX "Media_ownerId_idx" ON "Media"("ownerId");

-- CreateIndex
CREATE INDEX "Media_postId_idx" ON "Media"("postId");

-- CreateIndex
CREATE INDEX "Media_metadataStatus_idx" ON "Media"("metadataStatus");

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- AddForeignKey
ALTER TABLE "MatchScore" ADD CONSTRAINT "MatchScore_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "MatchScore" ADD CONSTRAINT "MatchScore_candidateId_fkey" FOREIGN KEY ("candidateId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Compatibility" ADD CONSTRAINT "Compatibility_userAId_fkey" FOREIGN KEY ("userAId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Compatibility" ADD CONSTRAINT "Compatibility_userBId_fkey" FOREIGN KEY ("userBId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PostFeatures" ADD CONSTRAINT "PostFeatures_postId_fkey" FOREIGN KEY ("postId") REFERENCES "Post"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Affinity" ADD CONSTRAINT "Affinity_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Affinity" ADD CONSTRAINT "Affinity_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FeedItem" ADD CONSTRAINT "FeedItem_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FeedItem" ADD CONSTRAINT "FeedItem_postId_fkey" FOREIGN KEY ("postId") REFERENCES "Post"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "UserTraitVector" ADD CONSTRAINT "UserTraitVector_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ProfileSearchDocument" ADD CONSTRAINT "ProfileSearchDocument_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "UserInterestSet" ADD CONSTRAINT "UserInterestSet_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "UserInterestSet" ADD CONSTRAINT "UserInterestSet_interestId_fkey" FOREIGN KEY ("interestId") REFERENCES "Interest"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QuizQuestionStats" ADD CONSTRAINT "QuizQuestionStats_questionId_fkey" FOREIGN KEY ("questionId") REFERENCES "QuizQuestion"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SearchableUser" ADD CONSTRAINT "SearchableUser_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Profile" ADD CONSTRAINT "Profile_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ProfileTrait" ADD CONSTRAINT "ProfileTrait_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "UserInterest" ADD CONSTRAINT "UserInterest_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "UserInterest" ADD CONSTRAINT "UserInterest_interestId_fkey" FOREIGN KEY ("interestId") REFERENCES "Interest"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QuizQuestion" ADD CONSTRAINT "QuizQuestion_quizId_fkey" FOREIGN KEY ("quizId") REFERENCES "Quiz"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QuizOption" ADD CONSTRAINT "QuizOption_questionId_fkey" FOREIGN KEY ("questionId") REFERENCES "QuizQuestion"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QuizAnswer" ADD CONSTRAINT "QuizAnswer_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QuizAnswer" ADD CONSTRAINT "QuizAnswer_questionId_fkey" FOREIGN KEY ("questionId") REFERENCES "QuizQuestion"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "QuizAnswer" ADD CONSTRAINT "QuizAnswer_optionId_fkey" FOREIGN KEY ("optionId") REFERENCES "QuizOption"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Post" ADD CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Post" ADD CONSTRAINT "Post_replyToId_fkey" FOREIGN KEY ("replyToId") REFERENCES "Post"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Reaction" ADD CONSTRAINT "Reaction_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Reaction" ADD CONSTRAINT "Reaction_postId_fkey" FOREIGN KEY ("postId") REFERENCES "Post"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Follow" ADD CONSTRAINT "Follow_followerId_fkey" FOREIGN KEY ("followerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Follow" ADD CONSTRAINT "Follow_followeeId_fkey" FOREIGN KEY ("followeeId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Media" ADD CONSTRAINT "Media_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Media" ADD CONSTRAINT "Media_postId_fkey" FOREIGN KEY ("postId") REFERENCES "Post"("id") ON DELETE SET NULL ON UPDATE CASCADE;
