import { cpuTimeMs } from '@job-manager/engine/testing/cpu-time';
import { describe, expect, it } from 'vitest';
import { countSentences, countSyllables } from './readability.js';
import { describeText } from './text-features.js';

describe('language', () => {
  it.each([
    ['en', 'We went to the market and bought far too many plums.'],
    ['de', 'Wir haben auf dem Markt viel zu viele Pflaumen gekauft.'],
    ['fr', 'Nous sommes allés au marché et nous avons acheté trop de prunes.'],
    ['es', 'Fuimos al mercado y compramos demasiadas ciruelas para la cena.'],
    ['it', 'Siamo andati al mercato e abbiamo comprato troppe prugne.'],
    ['nl', 'We zijn naar de markt gegaan en hebben te veel pruimen gekocht.'],
    ['pt', 'Fomos ao mercado e não comprámos ameixas para o jantar.'],
  ])('is guessed as %s', (language, text) => {
    expect(describeText(text).language).toBe(language);
  });

  it.each(['', '12345 !!!', 'Müller Gößweinstein', '日本語の文章です', '#coffee @ana https://example.test/the/and/of'])(
    'is unknown for %j',
    (text) => {
      expect(describeText(text).language).toBe('und');
    },
  );
});

describe('length', () => {
  it('counts characters as people see them in a plain script, emoji as one', () => {
    expect(describeText('Olá 🎉').characterCount).toBe(5);
  });

  it('counts the words of the prose, without links and mentions', () => {
    expect(describeText("Don't miss it, @ana: l’eau at https://example.test/a-b #board-games").wordCount).toBe(8);
  });
});

describe('marks', () => {
  it('finds links without the punctuation around them, each once', () => {
    const text =
      'See (https://example.test/a?b=1#c), https://example.test/Ada_(x). And HTTP://Example.test! https://example.test/a?b=1#c';
    expect(describeText(text).links).toEqual([
      'https://example.test/a?b=1#c',
      'https://example.test/Ada_(x)',
      'HTTP://Example.test',
    ]);
  });

  it('finds mentions in lower case, each once, and not in addresses or links', () => {
    const text = '@Ana.Lopez, @bob-2! mail me@example.test (@ana.lopez) https://example.test/@carl @ünal.';
    expect(describeText(text).mentions).toEqual(['ana.lopez', 'bob-2', 'ünal']);
  });

  it('finds hashtags', () => {
    expect(describeText('Tonight #Board-Games and #yoga, #yoga').hashtags).toEqual(['board-games', 'yoga']);
  });

  it('does not leave the rest of a longer link among the words', () => {
    expect(describeText('https://example.test https://example.test/plums/jam').wordCount).toBe(0);
  });

  it('reads long rows of signs in linear time', () => {
    // Quadratic, these take minutes.
    const began = cpuTimeMs();
    for (const text of [
      `https://a${')'.repeat(200_000)}`,
      `https://a${'.'.repeat(200_000)}b`,
      '@'.repeat(200_000),
      '#'.repeat(200_000),
    ]) {
      describeText(text);
    }
    expect(cpuTimeMs() - began).toBeLessThan(5_000);
  });
});

describe('readability', () => {
  it.each([
    // 206.835 - 1.015 * 6 words - 84.6 * 1 syllable
    ['The cat sat on the mat.', 116.145],
    // 2 sentences, 7 words, 9 syllables: 206.835 - 1.015 * 3.5 - 84.6 * 9 / 7
    ['We like the garden. It is tiny.', 94.511],
    // Amstad: 180 - 6 words - 58.5 * 7 / 6
    ['Wir haben auf dem Markt gegessen.', 180 - 6 - 58.5 * (9 / 6)],
  ])('of %j is %d', (text, ease) => {
    expect(describeText(text).readability).toBeCloseTo(ease, 1);
  });

  it('is 0 where nothing can be read', () => {
    expect(describeText('https://example.test 🎉').readability).toBe(0);
  });

  it.each([
    ['make', 1],
    ['table', 2],
    ['whole', 1],
    ['walked', 1],
    ['wanted', 2],
    ['readability', 5],
    ['the', 1],
    ['hmm', 1],
  ])('counts the syllables of %s', (word, count) => {
    expect(countSyllables(word, 'en')).toBe(count);
  });

  it('counts sentences by their ends, not by the dots of a number', () => {
    expect(countSentences('It cost 3.50 euros. Really?! Yes…\nNext line')).toBe(4);
  });
});
