import { createAnswers } from './answers.js';
import { countForProfiles, type Drift, driftCounters, toPostRows } from './counters.js';
import { createFollows } from './follows.js';
import { createInterests } from './interests.js';
import { createMedia, type MediaItem } from './media.js';
import { createPeople, type PeopleOptions, type Person } from './people.js';
import { createPosts } from './posts.js';
import { createProfiles, createProfileTraits, createUserInterests } from './profiles.js';
import { createQuizzes } from './quizzes.js';
import { createReactions } from './reactions.js';
import type { SampleRows } from './tables.js';

/** The whole sample as data: nothing is written yet. */
export interface Network {
  rows: SampleRows;
  /** All uploads, also those that have no row. */
  media: MediaItem[];
  drifted: Drift;
}

/** Invents the network; the same options give the same one. */
export function createNetwork(options: Omit<PeopleOptions, 'interests'>): Network {
  const { seed } = options;
  const interests = createInterests();
  const people = createPeople({ ...options, interests });
  const quizzes = createQuizzes();
  const follows = createFollows(people, seed);
  const posts = createPosts(people, seed);
  const reactions = createReactions(people, posts, follows, options);
  const media = createMedia(people, posts, options);

  const profiles = createProfiles(people, seed);
  const postRows = toPostRows(posts, reactions);
  countForProfiles(profiles, follows, posts);
  const drifted = driftCounters(profiles, postRows, seed);
  const rows: SampleRows = {
    User: people.map(toUserRow),
    Profile: profiles,
    ProfileTrait: createProfileTraits(people, seed),
    Interest: interests.rows,
    UserInterest: createUserInterests(people, seed),
    Quiz: quizzes.quizzes,
    QuizQuestion: quizzes.questions,
    QuizOption: quizzes.options,
    QuizAnswer: createAnswers(people, quizzes, seed),
    Post: postRows,
    Reaction: reactions,
    Follow: follows,
    Media: media.filter((item) => item.fate !== 'orphan'),
  };
  return { rows, media, drifted };
}

function toUserRow({ id, email, joinedAt }: Person): SampleRows['User'][number] {
  return { id, email, createdAt: joinedAt };
}
