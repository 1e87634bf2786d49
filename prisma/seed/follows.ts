import type { Category } from './interest-catalogue.js';
import type { Person } from './people.js';
import { Random } from './random.js';
import { momentWithin } from './time.js';
import { Weighted } from './weighted.js';

export interface FollowRow {
  followerId: number;
  followeeId: number;
  createdAt: number;
}

/** Where people find others to follow. */
interface Circles {
  everybody: Weighted<Person>;
  byCountry: Map<string, Weighted<Person>>;
  byCategory: Map<Category, Weighted<Person>>;
}

const MEDIAN_FOLLOWS = 22;

/** Who follows whom: the popular are followed by very many, and people stay with country and interests. */
export function createFollows(people: readonly Person[], seed: number): FollowRow[] {
  const random = new Random(seed, 'follows');
  const circles = circlesOf(people);
  return people.flatMap((person) => {
    const wanted = Math.min(Math.round(random.logNormal(MEDIAN_FOLLOWS, 0.85)), Math.floor(people.length / 2));
    const followees = new Set<Person>();
    for (let tries = 0; followees.size < wanted && tries < wanted * 4; tries++) {
      const candidate = circleFor(person, circles, random).pick(random);
      if (candidate !== person && candidate.joinedAt < person.active.until) followees.add(candidate);
    }
    return [...followees].map((followee) => ({
      followerId: person.id,
      followeeId: followee.id,
      createdAt: momentOfFollowing(person, followee, random),
    }));
  });
}

function circleFor(person: Person, circles: Circles, random: Random): Weighted<Person> {
  const fraction = random.fraction();
  const near = circles.byCountry.get(person.place.country);
  if (near && fraction < 0.3) return near;
  const alike = circles.byCategory.get(random.pick(person.favourites));
  return alike && fraction < 0.55 ? alike : circles.everybody;
}

/** Within the history of the network; those who left before that followed when they were still there. */
function momentOfFollowing(person: Person, followee: Person, random: Random): number {
  const from = person.active.from < person.active.until ? person.active.from : person.joinedAt;
  const span = { from: Math.max(from, followee.joinedAt), until: person.active.until };
  return momentWithin(span, person.longitude, random);
}

function circlesOf(people: readonly Person[]): Circles {
  const weigh = (group: readonly Person[]) => new Weighted(group, (person) => person.popularity);
  const countries = groupBy(people, (person) => [person.place.country]);
  const categories = groupBy(people, (person) => person.favourites);
  return {
    everybody: weigh(people),
    byCountry: new Map([...countries].map(([country, group]) => [country, weigh(group)])),
    byCategory: new Map([...categories].map(([category, group]) => [category, weigh(group)])),
  };
}

/** Each item under every key it has. */
export function groupBy<T, K>(items: readonly T[], keysOf: (item: T) => readonly K[]): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const group = groups.get(key);
      if (group) group.push(item);
      else groups.set(key, [item]);
    }
  }
  return groups;
}
