/** The traits people are described by; vectors keep this order. */
export const TRAITS = [
  'openness',
  'conscientiousness',
  'extraversion',
  'agreeableness',
  'stability',
  'adventure',
  'humor',
  'ambition',
] as const;
export type Trait = (typeof TRAITS)[number];
