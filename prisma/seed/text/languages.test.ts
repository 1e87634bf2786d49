import { expect, it } from 'vitest';
import { fill } from './compose.js';
import { PHRASES } from './languages.js';

const gaps = { topic: 'hiking', other: 'tea', place: 'York', when: 'yesterday', who: '@ann.lee', job: 'nurse' };

it.each(Object.entries(PHRASES))('has only gaps in %s that a writer fills', (_, phrases) => {
  const { topic, place, when, who, job, other } = gaps;
  const inPosts = [...phrases.statements, ...phrases.details, ...phrases.questions, ...phrases.replies];
  for (const sentence of inPosts) expect(fill(sentence, { topic, place, when })).not.toMatch(/[{}]/);
  for (const sentence of phrases.mentions) expect(fill(sentence, { who })).toContain('@ann.lee');
  for (const sentence of phrases.bios) expect(fill(sentence, { job, place, topic, other })).not.toMatch(/[{}]/);
  expect(phrases.links.concat(phrases.times, phrases.jobs).join()).not.toMatch(/[{}]/);
});

it('has every phrase only once in a language', () => {
  for (const { statements, details, questions, replies } of Object.values(PHRASES)) {
    const all = [...statements, ...details, ...questions, ...replies];
    expect(new Set(all).size).toBe(all.length);
  }
});

it('begins every sentence with a capital', () => {
  expect(fill('{job} from {place}. {topic} and more.', gaps)).toBe('Nurse from York. Hiking and more.');
});

it('refuses a gap without words for it', () => {
  expect(() => fill('{unknown} is here.', gaps)).toThrow('Nothing to put into {unknown}');
});
