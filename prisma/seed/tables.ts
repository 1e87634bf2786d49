import { SAMPLE_SCHEMA } from '@job-manager/sample/sample-database';
import type { QuizAnswerRow } from './answers.js';
import { type Columns, type Connection, insertRows } from './bulk-insert.js';
import type { PostRow } from './counters.js';
import type { FollowRow } from './follows.js';
import type { InterestRow } from './interests.js';
import type { MediaItem } from './media.js';
import type { ProfileRow, ProfileTraitRow, UserInterestRow, UserRow } from './profiles.js';
import type { QuizOptionRow, QuizQuestionRow, QuizRow } from './quizzes.js';
import type { ReactionRow } from './reactions.js';

/** The rows of the sample network by table. Media without the orphans, which have no row. */
export interface SampleRows {
  User: UserRow[];
  Profile: ProfileRow[];
  ProfileTrait: ProfileTraitRow[];
  Interest: readonly InterestRow[];
  UserInterest: UserInterestRow[];
  Quiz: QuizRow[];
  QuizQuestion: QuizQuestionRow[];
  QuizOption: QuizOptionRow[];
  QuizAnswer: QuizAnswerRow[];
  Post: PostRow[];
  Reaction: ReactionRow[];
  Follow: FollowRow[];
  Media: MediaItem[];
}

export type TableName = keyof SampleRows;

/** Every table with its columns, in an order in which each finds what it refers to. */
const TABLES: { [Table in TableName]: Columns<SampleRows[Table][number]> } = {
  User: { id: 'int', email: 'text', createdAt: 'timestamptz' },
  Profile: {
    userId: 'int',
    displayName: 'text',
    birthDate: 'date',
    gender: 'text',
    bio: 'text',
    city: 'text',
    country: 'text',
    latitude: 'float8',
    longitude: 'float8',
    seekingAgeMin: 'int',
    seekingAgeMax: 'int',
    lastActiveAt: 'timestamptz',
    createdAt: 'timestamptz',
    followerCount: 'int',
    followingCount: 'int',
    postCount: 'int',
  },
  ProfileTrait: { userId: 'int', trait: 'text', score: 'float8' },
  Interest: { id: 'int', slug: 'text', name: 'text', category: 'text' },
  UserInterest: { userId: 'int', interestId: 'int', createdAt: 'timestamptz' },
  Quiz: { id: 'int', slug: 'text', title: 'text' },
  QuizQuestion: { id: 'int', quizId: 'int', position: 'int', text: 'text', trait: 'text', weight: 'float8' },
  QuizOption: { id: 'int', questionId: 'int', position: 'int', text: 'text', traitValue: 'float8' },
  QuizAnswer: {
    userId: 'int',
    questionId: 'int',
    optionId: 'int',
    importance: 'int',
    answerMs: 'int',
    answeredAt: 'timestamptz',
  },
  Post: {
    id: 'int',
    authorId: 'int',
    replyToId: 'int',
    text: 'text',
    createdAt: 'timestamptz',
    reactionCount: 'int',
    replyCount: 'int',
  },
  Reaction: { userId: 'int', postId: 'int', kind: `"${SAMPLE_SCHEMA}"."ReactionKind"`, createdAt: 'timestamptz' },
  Follow: { followerId: 'int', followeeId: 'int', createdAt: 'timestamptz' },
  Media: { id: 'int', ownerId: 'int', postId: 'int', fileName: 'text', createdAt: 'timestamptz' },
};

export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/** The name of a table of the network in SQL, on a connection that leads to Job Manager's tables. */
export const tableInSql = (table: TableName | 'SampleRow'): string => `"${SAMPLE_SCHEMA}"."${table}"`;

/** Writes one table and lets its next generated id come after the highest written. */
export async function writeTable<T extends TableName>(
  connection: Connection,
  table: T,
  rows: SampleRows[T],
): Promise<void> {
  const columns: Columns<SampleRows[T][number]> = TABLES[table];
  await insertRows<SampleRows[T][number]>(connection, tableInSql(table), columns, rows);
  if ('id' in columns) await continueIds(connection, table);
}

async function continueIds(connection: Connection, table: TableName): Promise<void> {
  await connection.query(
    `SELECT setval(pg_get_serial_sequence('${tableInSql(table)}', 'id'), greatest(max(id), 1)) FROM ${tableInSql(table)}`,
  );
}
