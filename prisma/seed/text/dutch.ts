import type { Phrases } from './phrases.js';

export const DUTCH: Phrases = {
  statements: [
    'Eindelijk had ik {when} weer tijd voor {topic}.',
    'Ik ben nu drie jaar bezig met {topic} en leer nog elke week iets nieuws.',
    'Niemand heeft me gewaarschuwd hoe snel {topic} je weekenden overneemt.',
    'Ik zoek mensen in de buurt van {place} die ook van {topic} houden.',
    'We zijn in {place} een kleine groep voor {topic} begonnen, iedereen is welkom.',
    'Het mooiste aan {topic} zijn de mensen die je ontmoet.',
    'Na zo’n lange week was {topic} precies wat ik nodig had.',
    'Er is een winkel in {place} die alleen maar spullen voor {topic} verkoopt.',
  ],
  details: [
    'Het duurde twee keer zo lang als gepland en het was elke minuut waard.',
    'Het licht was ongelooflijk mooi.',
    'De volgende keer neem ik meer koffie mee.',
    'Je hebt geen dure spullen nodig, alleen een beetje geduld.',
    'Het was koud en laat, en toch wilde niemand naar huis.',
    'Ik ben er niet zo goed in, en dat is juist het leuke.',
  ],
  questions: [
    'Wat zouden jullie iemand aanraden die net begint?',
    'Wie doet er volgende zaterdag mee?',
    'Hoe vinden jullie daar de tijd voor?',
  ],
  replies: [
    'Hier word ik blij van, dank je wel.',
    'Precies hetzelfde is mij {when} ook gebeurd.',
    'Ik ben het helemaal met je eens.',
    'Daar denk ik toch heel anders over.',
    'Waar was dat? Daar wil ik ook naartoe.',
    'De volgende keer ben ik er ook bij!',
    'Pas op, zo is het bij mij ook begonnen.',
  ],
  mentions: ['Met dank aan {who}, die het me heeft laten zien.', '{who} had vanaf het begin gelijk.'],
  links: ['Het hele verhaal staat hier:', 'Meer foto’s:'],
  times: ['vanochtend', 'gisteravond', 'gisteren', 'zondag', 'afgelopen weekend'],
  bios: [
    '{job} uit {place}. In het weekend draait alles om {topic} en {other}.',
    'Ik woon in {place} en ben het liefst bezig met {topic}.',
  ],
  jobs: ['Verpleegkundige', 'Leraar', 'Timmerman', 'Tuinier', 'Journalist', 'Kok', 'Student'],
};
