import { TRAITS, type Trait } from '@job-manager/sample/traits';
import type { Person } from './people.js';
import { Random } from './random.js';
import { fill, midSentence } from './text/compose.js';
import { PHRASES } from './text/languages.js';
import { MINUTE_MS } from './time.js';

export interface UserRow {
  id: number;
  email: string;
  createdAt: number;
}

export interface ProfileRow {
  userId: number;
  displayName: string;
  birthDate: string;
  gender: string;
  bio: string;
  city: string;
  country: string;
  latitude: number;
  longitude: number;
  seekingAgeMin: number;
  seekingAgeMax: number;
  lastActiveAt: number;
  createdAt: number;
  followerCount: number;
  followingCount: number;
  postCount: number;
}

export interface ProfileTraitRow {
  userId: number;
  trait: Trait;
  score: number;
}

export interface UserInterestRow {
  userId: number;
  interestId: number;
  createdAt: number;
}

/** The counters stand at 0 until the posts and follows are known. */
export function createProfiles(people: readonly Person[], seed: number): ProfileRow[] {
  const random = new Random(seed, 'profiles');
  return people.map((person) => ({
    userId: person.id,
    displayName: person.displayName,
    birthDate: person.birthDate,
    gender: person.gender,
    bio: bioOf(person, random),
    city: person.place.city,
    country: person.place.country,
    latitude: person.latitude,
    longitude: person.longitude,
    seekingAgeMin: person.seekingAgeMin,
    seekingAgeMax: person.seekingAgeMax,
    lastActiveAt: person.lastActiveAt,
    createdAt: person.joinedAt,
    followerCount: 0,
    followingCount: 0,
    postCount: 0,
  }));
}

/** One in twelve leaves it empty; half of those with another language write in it. */
function bioOf(person: Person, random: Random): string {
  if (random.chance(1 / 12)) return '';
  const language = random.chance(0.5) ? person.language : 'en';
  const { bios, jobs } = PHRASES[language];
  // In other languages the English names stand as names.
  const [topic, other] = person.interests.map(({ name }) => (language === 'en' ? midSentence(name) : name));
  const gaps = { job: random.pick(jobs), place: person.place.city, topic: topic ?? '', other: other ?? '' };
  return fill(random.pick(bios), gaps);
}

/** People see themselves a little differently from how they are, and not everybody fills in everything. */
export function createProfileTraits(people: readonly Person[], seed: number): ProfileTraitRow[] {
  const random = new Random(seed, 'profile traits');
  return people.flatMap((person) => {
    const thoroughness = random.chance(0.1) ? 0.3 : 0.95;
    return TRAITS.filter(() => random.chance(thoroughness)).map((trait) => {
      const seen = person.traits[trait] + random.normal(0.05, 0.2);
      return { userId: person.id, trait, score: Number(Math.min(1, Math.max(-1, seen)).toFixed(3)) };
    });
  });
}

/** Most interests are declared on the first day, some later. */
export function createUserInterests(people: readonly Person[], seed: number): UserInterestRow[] {
  const random = new Random(seed, 'user interests');
  return people.flatMap((person) =>
    person.interests.map((interest) => {
      const later = random.chance(0.7) ? person.joinedAt + random.int(1, 9) * MINUTE_MS : person.lastActiveAt;
      const createdAt = Math.floor(random.between(person.joinedAt, later));
      return { userId: person.id, interestId: interest.id, createdAt };
    }),
  );
}
