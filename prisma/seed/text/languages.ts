import type { Language } from '../places.js';
import { DUTCH } from './dutch.js';
import { ENGLISH } from './english.js';
import { FRENCH } from './french.js';
import { GERMAN } from './german.js';
import { ITALIAN } from './italian.js';
import type { Phrases } from './phrases.js';
import { PORTUGUESE } from './portuguese.js';
import { SPANISH } from './spanish.js';

export const PHRASES: Record<Language, Phrases> = {
  en: ENGLISH,
  de: GERMAN,
  fr: FRENCH,
  es: SPANISH,
  it: ITALIAN,
  pt: PORTUGUESE,
  nl: DUTCH,
};
