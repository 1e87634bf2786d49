/** The data of a person that match-scores reads. */
export interface Person {
  id: number;
  /** Whole years. */
  age: number;
  seekingAgeMin: number;
  seekingAgeMax: number;
  /** Degrees. */
  latitude: number;
  longitude: number;
  daysSinceActive: number;
  /** Of length 1; null when there is none or it is the zero vector. */
  traits: number[] | null;
  /** Ids in ascending order, and what each weighs, 0 to 1; null when none are known. */
  interestIds: number[] | null;
  interestWeights: number[] | null;
}

/** Each 0 to 1. */
export interface MatchParts {
  traitScore: number;
  interestScore: number;
  compatibilityScore: number;
  distanceScore: number;
  ageScore: number;
  activityScore: number;
}

/** What each part counts of the score; together 1. */
const MATCH_WEIGHTS: MatchParts = {
  traitScore: 0.2,
  interestScore: 0.2,
  compatibilityScore: 0.25,
  distanceScore: 0.15,
  ageScore: 0.15,
  activityScore: 0.05,
};

/** Stands in for missing values: about the score of a random pair, so that missing data neither helps nor harms much. */
const NEUTRAL = { traits: 0.5, interests: 0.1, compatibility: 0.5 };

const DISTANCE_HALF_KM = 100;
const AGE_HALF_YEARS = 5;
const ACTIVITY_HALF_DAYS = 14;
const EARTH_RADIUS_KM = 6371;

/** Scores a candidate for a user. `compatibility` is undefined where that job kept no row for the pair. */
export function matchParts(user: Person, candidate: Person, compatibility: number | undefined): MatchParts {
  return {
    traitScore: traitSimilarity(user, candidate),
    interestScore: sharedInterests(user, candidate),
    compatibilityScore: compatibility ?? NEUTRAL.compatibility,
    distanceScore: halved(distanceKm(user, candidate), DISTANCE_HALF_KM),
    ageScore: Math.sqrt(ageFit(user, candidate.age) * ageFit(candidate, user.age)),
    activityScore: halved(Math.max(0, candidate.daysSinceActive), ACTIVITY_HALF_DAYS),
  };
}

/** The weighted mean of the parts, 0 to 1. */
export function matchScore(parts: MatchParts): number {
  return (
    MATCH_WEIGHTS.traitScore * parts.traitScore +
    MATCH_WEIGHTS.interestScore * parts.interestScore +
    MATCH_WEIGHTS.compatibilityScore * parts.compatibilityScore +
    MATCH_WEIGHTS.distanceScore * parts.distanceScore +
    MATCH_WEIGHTS.ageScore * parts.ageScore +
    MATCH_WEIGHTS.activityScore * parts.activityScore
  );
}

/** 1 for nothing, a half at `half`, a quarter at twice as much. */
const halved = (amount: number, half: number) => 0.5 ** (amount / half);

/** Cosine of the trait vectors, moved from -1..1 to 0..1. */
function traitSimilarity(user: Person, candidate: Person): number {
  if (!user.traits || !candidate.traits) return NEUTRAL.traits;
  let cosine = 0;
  for (let index = 0; index < user.traits.length; index += 1) {
    cosine += (user.traits[index] ?? 0) * (candidate.traits[index] ?? 0);
  }
  return Math.min(1, Math.max(0, (1 + cosine) / 2));
}

/** Weighted Jaccard similarity: the smaller weights by the larger ones, summed over the interests of both. */
function sharedInterests(user: Person, candidate: Person): number {
  const { interestIds: a, interestWeights: weightsA } = user;
  const { interestIds: b, interestWeights: weightsB } = candidate;
  if (!a || !b || !weightsA || !weightsB) return NEUTRAL.interests;
  let [shared, all, i, j] = [0, 0, 0, 0];
  while (i < a.length || j < b.length) {
    const idA = a[i] ?? Number.POSITIVE_INFINITY;
    const idB = b[j] ?? Number.POSITIVE_INFINITY;
    const weightA = idA <= idB ? (weightsA[i++] ?? 0) : 0;
    const weightB = idB <= idA ? (weightsB[j++] ?? 0) : 0;
    shared += Math.min(weightA, weightB);
    all += Math.max(weightA, weightB);
  }
  return all === 0 ? NEUTRAL.interests : shared / all;
}

/** 1 within the ages a user is looking for, halved for every five years beyond. */
function ageFit(seeker: Person, age: number): number {
  return halved(Math.max(0, seeker.seekingAgeMin - age, age - seeker.seekingAgeMax), AGE_HALF_YEARS);
}

/** Along a great circle, by the haversine formula. */
function distanceKm(a: Person, b: Person): number {
  const latitudeA = radians(a.latitude);
  const latitudeB = radians(b.latitude);
  const height = Math.sin((latitudeB - latitudeA) / 2) ** 2;
  const width = Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  const chord = height + Math.cos(latitudeA) * Math.cos(latitudeB) * width;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;
