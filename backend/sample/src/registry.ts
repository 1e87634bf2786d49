import type { AnyJob } from '@job-manager/engine/queue/job';
import { affinityJob } from './affinity.js';
import { buildUserTraitsJob } from './build-user-traits.js';
import { compatibilityJob } from './compatibility.js';
import { contentFeaturesJob } from './content-features.js';
import { feedPresortJob } from './feed-presort.js';
import { feedPresortCleanupJob } from './feed-presort-cleanup.js';
import { matchScoresJob } from './match-scores.js';
import { mediaMetadataJob } from './media-metadata.js';
import { mediaMetadataBatchJob } from './media-metadata-batch.js';
import { mediaOrphanCleanupJob } from './media-orphan-cleanup.js';
import { profileSearchIndexJob } from './profile-search-index.js';
import { quizAnswerStatsJob } from './quiz-answer-stats.js';
import { searchableUserJob } from './searchable-user.js';
import { statsReconcileJob } from './stats-reconcile.js';
import { trendingJob } from './trending.js';
import { userInterestSetsJob } from './user-interest-sets.js';

export { services } from './services.js';

/** This module, for the processes of isolated jobs to load. */
export const jobsModule = import.meta.url;

/** Every job, one line each. A job is added by writing its file and naming it here. */
export const jobs: AnyJob[] = [
  matchScoresJob,
  compatibilityJob,
  contentFeaturesJob,
  trendingJob,
  affinityJob,
  feedPresortJob,
  feedPresortCleanupJob,
  statsReconcileJob,
  mediaOrphanCleanupJob,
  mediaMetadataJob,
  mediaMetadataBatchJob,
  buildUserTraitsJob,
  profileSearchIndexJob,
  userInterestSetsJob,
  quizAnswerStatsJob,
  searchableUserJob,
];
