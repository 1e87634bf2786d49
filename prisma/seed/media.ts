import { DAMAGES, type Damage } from './damage.js';
import type { Person } from './people.js';
import { choosePicture, type Picture } from './picture.js';
import type { Post } from './posts.js';
import { Random } from './random.js';
import { momentWithin } from './time.js';

/** `orphan`: a file whose row is gone. `missing`: a row whose file is gone. */
type Fate = 'sound' | 'corrupt' | 'orphan' | 'missing';

/** An upload: its row, its file, and what became of them. */
export interface MediaItem {
  id: number;
  ownerId: number;
  postId: number | null;
  /** Relative to the media folder, such as `2026/03/000123.jpg`. */
  fileName: string;
  createdAt: number;
  fate: Fate;
  damage: Damage | undefined;
  picture: Picture;
}

const PER_PERSON = 0.42;
const FEWEST = 30;
const MOST = 600;
const SHARES: Record<Exclude<Fate, 'sound'>, number> = { corrupt: 0.04, orphan: 0.06, missing: 0.05 };
/** A few carry the wrong ending, as they do where people rename files. */
const WRONG_ENDING = 0.03;
const ENDINGS: Record<Picture['format'], string> = {
  jpeg: 'jpg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  avif: 'avif',
  tiff: 'tif',
};

interface Upload {
  owner: Person;
  postId: number | null;
  createdAt: number;
}

/** The uploads in order of time; their numbers run through, so an orphan leaves a gap among the rows. */
export function createMedia(
  people: readonly Person[],
  posts: readonly Post[],
  { seed }: { seed: number },
): MediaItem[] {
  const random = new Random(seed, 'media');
  const count = Math.min(MOST, Math.max(FEWEST, Math.round(people.length * PER_PERSON)));
  const inPosts = attached(posts, Math.round(count * 0.75), random);
  const others = unattached(people, count - inPosts.length - 2, random);
  const settled = [...inPosts, ...others].sort((a, b) => a.createdAt - b.createdAt);
  const fates: Fate[] = [...chooseFates(settled.length, random), 'missing', 'orphan'];
  // Every kind of damage once, then any.
  const damages = DAMAGES.values();
  return [...settled, ...underWay(people)].map((upload, index) => {
    const fate = fates[index] ?? 'sound';
    const damage = fate === 'corrupt' ? (damages.next().value ?? random.pick(DAMAGES)) : undefined;
    return createItem(upload, { id: index + 1, fate, damage, random });
  });
}

function createItem(
  { owner, postId, createdAt }: Upload,
  { random, ...item }: Pick<MediaItem, 'id' | 'fate' | 'damage'> & { random: Random },
): MediaItem {
  const picture = choosePicture(owner, createdAt, random);
  const ending = random.chance(WRONG_ENDING) ? 'jpg' : ENDINGS[picture.format];
  const [year, month] = new Date(createdAt).toISOString().split('-');
  const fileName = `${year}/${month}/${String(item.id).padStart(6, '0')}.${ending}`;
  return { ...item, ownerId: owner.id, postId, fileName, createdAt, picture };
}

/** Pictures in posts, at most one each. */
function attached(posts: readonly Post[], count: number, random: Random): Upload[] {
  const candidates = posts.filter((post) => !post.replyTo);
  return random
    .sample(candidates, count)
    .map((post) => ({ owner: post.author, postId: post.id, createdAt: post.createdAt }));
}

/** Pictures that hang on no post, such as portraits. */
function unattached(people: readonly Person[], count: number, random: Random): Upload[] {
  return Array.from({ length: count }, () => {
    const owner = random.pick(people);
    const span = { from: owner.joinedAt, until: owner.lastActiveAt };
    return { owner, postId: null, createdAt: momentWithin(span, owner.longitude, random) };
  });
}

/** A row that waits for its file and a file that waits for its row: too recent to be cleaned up. */
function underWay(people: readonly Person[]): Upload[] {
  const owner = people.reduce((latest, person) => (person.lastActiveAt > latest.lastActiveAt ? person : latest));
  const upload = { owner, postId: null, createdAt: owner.lastActiveAt };
  return [upload, upload];
}

/** What becomes of uploads, each misfortune at least twice. */
function chooseFates(count: number, random: Random): Fate[] {
  const fates = new Array<Fate>(count).fill('sound');
  const indexes = random.sample([...fates.keys()], count);
  for (const [fate, share] of Object.entries(SHARES) as [Fate, number][]) {
    for (const index of indexes.splice(0, Math.max(2, Math.round(count * share)))) fates[index] = fate;
  }
  return fates;
}
