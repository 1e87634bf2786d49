import { TRAITS, type Trait } from '@job-manager/sample/traits';
import { CATEGORIES, type Category } from './interest-catalogue.js';
import { chooseInterests, type InterestRow, type Interests } from './interests.js';
import { createNameMaker, type Gender, type NameMaker } from './names.js';
import { type Language, languageOf, PLACES, type Place } from './places.js';
import { Random } from './random.js';
import { type ActiveSpan, DAY_MS, HISTORY_DAYS, HOUR_MS } from './time.js';
import { Weighted } from './weighted.js';

/** A member with all that decides how they behave; more than the tables hold. */
export interface Person {
  id: number;
  /** What a mention calls them; unique. */
  handle: string;
  email: string;
  displayName: string;
  gender: Gender;
  /** `yyyy-mm-dd` */
  birthDate: string;
  seekingAgeMin: number;
  seekingAgeMax: number;
  place: Place;
  latitude: number;
  longitude: number;
  /** The language of their place; everybody also writes English. */
  language: Language;
  joinedAt: number;
  lastActiveAt: number;
  active: ActiveSpan;
  /** What they are really like, -1 to 1; answers and self-descriptions follow it loosely. */
  traits: Record<Trait, number>;
  favourites: Category[];
  interests: InterestRow[];
  /** How much attention they get and how much they write, relative to others. */
  popularity: number;
  talkativeness: number;
  /** The chance that they react to what they see. */
  reactivity: number;
}

export interface PeopleOptions {
  users: number;
  seed: number;
  now: number;
  firstUserId: number;
  /** Addresses that belong to accounts from before. */
  takenEmails: ReadonlySet<string>;
  interests: Interests;
}

const GENDERS = new Weighted<Gender>(['female', 'male', 'nonbinary'], (_, index) => [49, 47, 4][index] ?? 0);
const POPULAR_CATEGORIES = new Weighted(CATEGORIES, (_, place) => 1 / (place + 2) ** 0.7);
const NETWORK_AGE_DAYS = 1_100;

/** The members, in the order in which they joined. */
export function createPeople(options: PeopleOptions): Person[] {
  const random = new Random(options.seed, 'people');
  const names = createNameMaker(options.seed, options.takenEmails);
  const places = new Weighted(PLACES, (place) => place.weight);
  const joined = joinTimes(options, random);
  const ranks = random.sample([...joined.keys()], joined.length);
  return joined.map((joinedAt, index) => {
    const place = places.pick(random);
    const rank = (ranks[index] ?? 0) + 1;
    return createPerson({ options, random, names, place, joinedAt, rank, id: options.firstUserId + index });
  });
}

interface Beginning {
  options: PeopleOptions;
  random: Random;
  names: NameMaker;
  place: Place;
  joinedAt: number;
  /** Place in the order of popularity, from 1. */
  rank: number;
  id: number;
}

function createPerson({ options, random, names, place, joinedAt, rank, id }: Beginning): Person {
  const gender = GENDERS.pick(random);
  const lastActiveAt = lastVisit(joinedAt, options.now, random);
  const favourites = chooseFavourites(random);
  return {
    id,
    ...names.next(languageOf(place), gender),
    gender,
    ...ages(options.now, random),
    place,
    // Within about fifteen kilometres of the centre.
    latitude: round(place.latitude + random.normal(0, 0.06), 4),
    longitude: round(place.longitude + random.normal(0, 0.08), 4),
    language: languageOf(place),
    joinedAt,
    lastActiveAt,
    active: { from: Math.max(joinedAt, options.now - HISTORY_DAYS * DAY_MS), until: lastActiveAt },
    traits: latentTraits(random),
    favourites,
    interests: chooseInterests(options.interests, favourites, random),
    popularity: rank ** -0.75,
    talkativeness: random.logNormal(1, 1.1),
    reactivity: Math.min(1, random.logNormal(0.3, 0.8)),
  };
}

/** Two to four categories. */
function chooseFavourites(random: Random): Category[] {
  const favourites = new Set<Category>();
  const wanted = random.int(2, 4);
  while (favourites.size < wanted) favourites.add(POPULAR_CATEGORIES.pick(random));
  return [...favourites];
}

/** More people joined of late than in the beginning. */
function joinTimes({ users, now }: PeopleOptions, random: Random): number[] {
  const times = Array.from({ length: users }, () => {
    const daysAgo = 1 + (NETWORK_AGE_DAYS - 1) * random.fraction() ** 1.4;
    return Math.floor(now - daysAgo * DAY_MS);
  });
  return times.sort((a, b) => a - b);
}

/** Nearly half were here within a day, some have not come back for months. */
function lastVisit(joinedAt: number, now: number, random: Random): number {
  const fraction = random.fraction();
  const ago = (): number => {
    if (fraction < 0.45) return random.exponential(8 * HOUR_MS);
    if (fraction < 0.75) return random.exponential(3 * DAY_MS);
    if (fraction < 0.92) return random.exponential(16 * DAY_MS);
    return random.between(30, 320) * DAY_MS;
  };
  return Math.max(joinedAt + random.int(10, 600) * 60_000, Math.floor(now - ago()));
}

function ages(now: number, random: Random): Pick<Person, 'birthDate' | 'seekingAgeMin' | 'seekingAgeMax'> {
  const age = Math.min(84, 18 + random.logNormal(13, 0.6));
  const birthDate = new Date(now - age * 365.25 * DAY_MS).toISOString().slice(0, 10);
  const tolerance = 2 + age / 7;
  return {
    birthDate,
    seekingAgeMin: Math.max(18, Math.round(age - random.between(0.3, 1.4) * tolerance)),
    seekingAgeMax: Math.min(99, Math.round(age + random.between(0.3, 1.6) * tolerance)),
  };
}

function latentTraits(random: Random): Record<Trait, number> {
  const entries = TRAITS.map((trait) => [trait, clamp(random.normal(0.1, 0.45))]);
  return Object.fromEntries(entries) as Record<Trait, number>;
}

const clamp = (value: number): number => Math.min(1, Math.max(-1, value));
const round = (value: number, digits: number): number => Number(value.toFixed(digits));
