import type { InterestRow } from './interests.js';
import type { Person } from './people.js';
import type { Language } from './places.js';
import type { Random } from './random.js';
import { fill, type Gaps, midSentence, sentences } from './text/compose.js';
import { PHRASES } from './text/languages.js';

const EMOJI = ['😀', '😂', '😍', '🙌', '🔥', '🌿', '☕', '🎉', '🤔', '🙈', '❤️', '👏'];

/** Writes what people post, in their languages. */
export class PostWriter {
  readonly #people: readonly Person[];
  readonly #random: Random;

  constructor(people: readonly Person[], random: Random) {
    this.#people = people;
    this.#random = random;
  }

  post(author: Person, topic: InterestRow): string {
    const random = this.#random;
    if (random.chance(0.012)) return this.#wordless(topic);
    const language = this.#languageOf(author);
    const phrases = PHRASES[language];
    const gaps = this.#gaps(author, topic, language);
    const parts = [
      ...sentences(random, phrases.statements, random.chance(0.2) ? 2 : 1, gaps),
      ...sentences(random, phrases.details, this.#detailCount(), gaps),
      ...(random.chance(0.25) ? sentences(random, phrases.questions, 1, gaps) : []),
      ...(random.chance(0.1) ? [this.#mention(language, random.pick(this.#people))] : []),
      ...(random.chance(0.12) ? [this.#link(language, topic)] : []),
    ];
    return [parts.join(' '), ...this.#tail(author, topic, language)].join(' ');
  }

  reply(author: Person, { to, topic }: { to: Person; topic: InterestRow }): string {
    const random = this.#random;
    const isShared = author.language === to.language;
    const language = isShared ? this.#languageOf(author) : 'en';
    const gaps = this.#gaps(author, topic, language);
    const said = sentences(random, PHRASES[language].replies, random.chance(0.25) ? 2 : 1, gaps).join(' ');
    const addressed = random.chance(0.4) ? `@${to.handle} ${said}` : said;
    return random.chance(0.2) ? `${addressed} ${random.pick(EMOJI)}` : addressed;
  }

  /** Those with another language write in it more often than in English. */
  #languageOf(author: Person): Language {
    return this.#random.chance(0.62) ? author.language : 'en';
  }

  /** In English the interest has its name, elsewhere people use the tag that all share. */
  #gaps(author: Person, topic: InterestRow, language: Language): Gaps {
    const random = this.#random;
    const isTag = language !== 'en' || random.chance(0.12);
    return {
      topic: isTag ? `#${topic.slug}` : midSentence(topic.name),
      place: author.place.city,
      when: random.pick(PHRASES[language].times),
    };
  }

  /** Most posts are short, a few are essays. */
  #detailCount(): number {
    const fraction = this.#random.fraction();
    if (fraction < 0.35) return 0;
    if (fraction < 0.75) return 1;
    return fraction < 0.95 ? 2 : this.#random.int(4, 8);
  }

  #mention(language: Language, person: Person): string {
    return fill(this.#random.pick(PHRASES[language].mentions), { who: `@${person.handle}` });
  }

  #link(language: Language, topic: InterestRow): string {
    const page = this.#random.int(1, 400);
    return `${this.#random.pick(PHRASES[language].links)} https://example.com/${topic.slug}/${page}`;
  }

  /** Emoji and hashtags; English texts carry the topic as a tag here, the others in the sentence. */
  #tail(author: Person, topic: InterestRow, language: Language): string[] {
    const random = this.#random;
    const tags = language === 'en' && random.chance(0.55) ? [topic] : [];
    if (random.chance(0.2)) tags.push(random.pick(author.interests));
    const emoji = random.chance(0.18) ? [random.pick(EMOJI)] : [];
    return [...emoji, ...new Set(tags.map((tag) => `#${tag.slug}`))];
  }

  /** Emoji, a bare link or tags alone: posts whose language can't be told. */
  #wordless(topic: InterestRow): string {
    const kinds = [
      this.#random.sample(EMOJI, 3).join(''),
      `https://example.com/${topic.slug}`,
      `#${topic.slug} ${this.#random.pick(EMOJI)}`,
    ];
    return this.#random.pick(kinds);
  }
}
