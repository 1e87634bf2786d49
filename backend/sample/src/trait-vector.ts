import { TRAITS, type Trait } from './traits.js';

/** The measured traits of a person, each value -1 to 1; a missing trait is unknown. */
export interface TraitEvidence {
  /** Mean of the answers about a trait, weighted by their questions. */
  answers: Partial<Record<Trait, number>>;
  /** What they declare about themselves. */
  profile: Partial<Record<Trait, number>>;
  behaviour: Behaviour;
}

/** What a user did during the days looked at. */
interface Behaviour {
  postsPerWeek: number;
  /** Different hashtags among the posts they reacted to. */
  reactedHashtags: number;
}

const ANSWERS = 1;
const PROFILE = 0.5;
const BEHAVIOUR = 0.25;

/** At this much a user is as far from one end as from the other. */
const MIDDLE_POSTS_PER_WEEK = 1;
const MIDDLE_HASHTAGS = 10;

/**
 * The direction of a person in the space of TRAITS, as a vector of length 1: answers count 1, the description
 * of oneself a half, behaviour a quarter. Who posts often is taken for extraverted, who reacts to many
 * different hashtags for open; no behaviour adds nothing. Without any evidence it is the zero vector.
 */
export function traitVector({ answers, profile, behaviour }: TraitEvidence): number[] {
  const shown: Partial<Record<Trait, number>> = {
    extraversion: fromFrequency(behaviour.postsPerWeek, MIDDLE_POSTS_PER_WEEK),
    openness: fromFrequency(behaviour.reactedHashtags, MIDDLE_HASHTAGS),
  };
  return normalised(
    TRAITS.map(
      (trait) => ANSWERS * (answers[trait] ?? 0) + PROFILE * (profile[trait] ?? 0) + BEHAVIOUR * (shown[trait] ?? 0),
    ),
  );
}

/** Close to -1 for little, 0 at the middle, close to 1 for much; 0 for nothing at all. */
const fromFrequency = (frequency: number, middle: number) =>
  frequency === 0 ? 0 : (frequency - middle) / (frequency + middle);

function normalised(vector: number[]): number[] {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((component) => component / length);
}
