/**
 * Sentences with gaps: `{topic}` an interest, `{place}` a city, `{when}` a time that has passed, `{who}` a
 * mention. Each stands by itself, so any of them can follow any other.
 */
export interface Phrases {
  /** What a person did or thinks; the first sentence of a post. */
  statements: readonly string[];
  /** More about it; none depends on the topic. */
  details: readonly string[];
  questions: readonly string[];
  replies: readonly string[];
  /** Sentences that call on the reader. */
  mentions: readonly string[];
  /** What stands before a link. */
  links: readonly string[];
  times: readonly string[];
  /** `{job}`, `{place}`, `{topic}` and `{other}`, a second interest. */
  bios: readonly string[];
  jobs: readonly string[];
}
