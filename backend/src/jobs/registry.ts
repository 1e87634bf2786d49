import type { AnyJob } from '../queue/job.js';
import { contentFeaturesJob } from './content-features.js';
import { profileSearchIndexJob } from './profile-search-index.js';
import { quizAnswerStatsJob } from './quiz-answer-stats.js';
import { searchableUserJob } from './searchable-user.js';
import { statsReconcileJob } from './stats-reconcile.js';

/** Every job, one line each. A job is added by writing its file and naming it here. */
export const jobs: AnyJob[] = [
  contentFeaturesJob,
  statsReconcileJob,
  profileSearchIndexJob,
  quizAnswerStatsJob,
  searchableUserJob,
];
