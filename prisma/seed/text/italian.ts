import type { Phrases } from './phrases.js';

export const ITALIAN: Phrases = {
  statements: [
    'Finalmente ho avuto tempo per {topic} {when}.',
    'Sono tre anni che mi occupo di {topic} e imparo ancora qualcosa ogni settimana.',
    'Nessuno mi aveva detto che {topic} si sarebbe presa tutti i fine settimana.',
    'Cerco persone vicino a {place} che amano {topic} quanto me.',
    'Abbiamo aperto un piccolo gruppo di {topic} a {place}, siete tutti benvenuti.',
    'La cosa più bella di {topic} sono le persone che si incontrano.',
    'Dopo una settimana così lunga, {topic} era proprio quello che mi serviva.',
    'A {place} c’è un negozio che vende soltanto cose per {topic}.',
  ],
  details: [
    'Ci è voluto il doppio del previsto, ma ne è valsa la pena.',
    'La luce era incredibile.',
    'La prossima volta porto più caffè.',
    'Non serve un’attrezzatura costosa, solo un po’ di pazienza.',
    'Faceva freddo, era tardi e nessuno voleva tornare a casa.',
    'Non sono molto bravo, ed è proprio questo il bello.',
  ],
  questions: [
    'Che cosa consigliate a chi sta cominciando adesso?',
    'Chi viene con noi sabato prossimo?',
    'Ma come fate a trovare il tempo?',
  ],
  replies: [
    'Mi hai rallegrato la giornata, grazie.',
    'È successa la stessa cosa anche a me {when}.',
    'Sono completamente d’accordo con te.',
    'Mi dispiace, ma non sono d’accordo.',
    'Dove si trova? Voglio andarci anch’io.',
    'La prossima volta vengo anch’io!',
    'Attenzione, anche per me è cominciata così.',
  ],
  mentions: ['Grazie a {who} che mi ha mostrato come si fa.', '{who} aveva ragione fin dall’inizio.'],
  links: ['Tutta la storia è qui:', 'Altre foto:'],
  times: ['stamattina', 'ieri sera', 'ieri', 'domenica', 'lo scorso fine settimana'],
  bios: [
    '{job} a {place}. Nel fine settimana ci sono solo {topic} e {other}.',
    'Vivo a {place} e preferisco passare il tempo con {topic}.',
  ],
  jobs: ['Infermiera', 'Insegnante', 'Falegname', 'Giardiniera', 'Giornalista', 'Cuoco', 'Studentessa'],
};
