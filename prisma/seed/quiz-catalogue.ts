import type { Trait } from '@job-manager/sample/traits';

/** An answer and where on the trait it stands, -1 to 1. */
type Choice = readonly [text: string, traitValue: number];

interface QuestionText {
  text: string;
  trait: Trait;
  /** How strongly the answer speaks about the trait, 0 to 1. */
  weight: number;
  choices: readonly Choice[];
}

export interface QuizText {
  slug: string;
  title: string;
  questions: readonly QuestionText[];
}

const AGREE: readonly Choice[] = [
  ['Strongly disagree', -1],
  ['Disagree', -0.5],
  ['Neither', 0],
  ['Agree', 0.5],
  ['Strongly agree', 1],
];
const OFTEN: readonly Choice[] = [
  ['Never', -1],
  ['Rarely', -0.4],
  ['Sometimes', 0.2],
  ['Most of the time', 1],
];

/** The same answers about the opposite statement. */
const opposite = (choices: readonly Choice[]): readonly Choice[] => choices.map(([text, value]) => [text, -value]);

function ask(trait: Trait, weight: number, text: string, choices: readonly Choice[] = AGREE): QuestionText {
  return { trait, weight, text, choices };
}

export const QUIZZES: readonly QuizText[] = [
  {
    slug: 'everyday-you',
    title: 'Everyday you',
    questions: [
      ask('conscientiousness', 0.8, 'What does your desk look like right now?', [
        ['A landscape of paper', -1],
        ['Fine, if nobody opens the drawer', -0.2],
        ['Everything has its place', 0.6],
        ['It could be photographed', 1],
      ]),
      ask('extraversion', 0.9, 'I look forward to a party where I know nobody.'),
      ask('openness', 0.7, 'I order the dish I have never heard of.', OFTEN),
      ask('stability', 0.8, 'The train is forty minutes late. What happens inside you?', [
        ['I am still angry at dinner', -1],
        ['I check the app every minute', -0.4],
        ['I find a bench and a book', 0.7],
        ['Late? Already?', 1],
      ]),
      ask('agreeableness', 0.6, 'I let people with one item go first at the till.', OFTEN),
      ask('humor', 0.7, 'I laugh at myself before others can.', OFTEN),
      ask('ambition', 0.7, 'I know where I want to be in five years.'),
      ask('adventure', 0.5, 'I take a different way home just to see it.', OFTEN),
      ask('conscientiousness', 0.9, 'I answer messages the day I read them.', OFTEN),
      ask('extraversion', 0.5, 'A free evening that is suddenly empty is a gift.', opposite(AGREE)),
    ],
  },
  {
    slug: 'weekends-and-travel',
    title: 'Weekends and travel',
    questions: [
      ask('adventure', 1, 'Which holiday would you book today?', [
        ['The same cottage as every year', -1],
        ['A city with good museums', -0.2],
        ['A hut that takes a day to walk to', 0.6],
        ['A one-way ticket, the rest will follow', 1],
      ]),
      ask('conscientiousness', 0.7, 'How do you pack?', [
        ['With a list, two days before', 1],
        ['The evening before', 0.3],
        ['While the taxi waits', -0.8],
        ['I buy what I need there', -1],
      ]),
      ask('openness', 0.6, 'A museum of something odd beats a famous beach.'),
      ask('extraversion', 0.8, 'I talk to the people at the next table.', OFTEN),
      ask('adventure', 0.9, 'I would jump from the ten-metre board.', [
        ['Not for any money', -1],
        ['Only if nobody watches', -0.2],
        ['If somebody goes first', 0.4],
        ['I have, twice', 1],
      ]),
      ask('stability', 0.6, 'I worry about the front door after I have left.', opposite(OFTEN)),
      ask('agreeableness', 0.5, 'I am happy when somebody else picks the restaurant.'),
      ask('humor', 0.4, 'The worst trips make the best stories.'),
    ],
  },
  {
    slug: 'work-and-plans',
    title: 'Work and plans',
    questions: [
      ask('ambition', 1, 'A promotion means more hours. Do you take it?', [
        ['No, my evenings are mine', -1],
        ['Only for a lot more money', -0.3],
        ['Probably', 0.4],
        ['I asked for it last month', 1],
      ]),
      ask('conscientiousness', 0.8, 'Deadlines are for starting, not for finishing.', opposite(AGREE)),
      ask('ambition', 0.8, 'I compare my career with that of my friends.', OFTEN),
      ask('openness', 0.8, 'I would go back to university for something useless and beautiful.'),
      ask('stability', 0.9, 'Criticism keeps me awake at night.', opposite(OFTEN)),
      ask('agreeableness', 0.8, 'In a heated meeting I am the one who calms things down.', OFTEN),
      ask('extraversion', 0.6, 'An open-plan office gives me energy.'),
      ask('ambition', 0.6, 'Second place is just the first of the losers.'),
    ],
  },
  {
    slug: 'friends-and-family',
    title: 'Friends and family',
    questions: [
      ask('agreeableness', 1, 'A friend needs help moving at six in the morning.', [
        ['My back hurts already', -1],
        ['I could come at noon', -0.3],
        ['I am there, coffee please', 0.6],
        ['I bring a van and two more people', 1],
      ]),
      ask('extraversion', 1, 'How many people are at your ideal birthday?', [
        ['One, or none', -1],
        ['Four around a table', -0.3],
        ['Fifteen, and somebody brings a guitar', 0.5],
        ['I stopped counting at sixty', 1],
      ]),
      ask('stability', 0.7, 'I can forgive without an apology.', OFTEN),
      ask('humor', 0.8, 'Teasing is how my family says "I love you".'),
      ask('conscientiousness', 0.6, 'I remember birthdays without being reminded.', OFTEN),
      ask('agreeableness', 0.7, 'I say what I think even when it hurts.', opposite(OFTEN)),
      ask('openness', 0.5, 'I have close friends who vote very differently from me.'),
      ask('extraversion', 0.7, 'I pick up the phone when it rings.', OFTEN),
    ],
  },
  {
    slug: 'calm-and-storm',
    title: 'Calm and storm',
    questions: [
      ask('stability', 1, 'When plans change at the last minute, I feel …', [
        ['personally attacked', -1],
        ['uneasy for an hour', -0.4],
        ['mostly fine', 0.5],
        ['relieved, I like surprises', 1],
      ]),
      ask('stability', 0.8, 'My mood in the morning tells you nothing about the evening.', opposite(AGREE)),
      ask('adventure', 0.7, 'Fear is a good reason to try something.'),
      ask('humor', 0.6, 'I have laughed at a funeral.', OFTEN),
      ask('agreeableness', 0.6, 'I apologise to chairs when I bump into them.', OFTEN),
      ask('conscientiousness', 0.5, 'A to-do list calms me.'),
      ask('stability', 0.6, 'I read the ending first, to be prepared.', opposite(OFTEN)),
      ask('openness', 0.7, 'I change my mind when I hear a better argument.', OFTEN),
    ],
  },
  {
    slug: 'new-things',
    title: 'New things',
    questions: [
      ask('openness', 1, 'A friend has a spare ticket for experimental theatre.', [
        ['I am suddenly ill', -1],
        ['How long is it?', -0.2],
        ['Why not', 0.5],
        ['I have seen it, I am coming again', 1],
      ]),
      ask('adventure', 0.8, 'I sign up first and read the description later.', OFTEN),
      ask('openness', 0.8, 'Poetry has changed my mind about something.'),
      ask('ambition', 0.5, 'When I learn something new, I want to be good at it quickly.'),
      ask('humor', 0.5, 'Puns are the highest form of humour.'),
      ask('adventure', 0.6, 'I have eaten an insect on purpose.', [
        ['Never, and I never will', -1],
        ['It was an accident', -0.3],
        ['Once, for a bet', 0.5],
        ['They taste of nuts', 1],
      ]),
      ask('extraversion', 0.6, 'I would rather join a class than watch the video.'),
      ask('conscientiousness', 0.7, 'I finish the books I start.', OFTEN),
    ],
  },
  {
    slug: 'living-together',
    title: 'Living together',
    questions: [
      ask('conscientiousness', 1, 'Dirty dishes may wait until …', [
        ['they are needed again', -1],
        ['the weekend', -0.6],
        ['tomorrow', 0.2],
        ['the table is cleared', 1],
      ]),
      ask('agreeableness', 0.9, 'In an argument it matters more to be kind than to be right.'),
      ask('humor', 0.9, 'Somebody who cannot make me laugh cannot live with me.'),
      ask('ambition', 0.7, 'I would move to another country for my partner’s job.', opposite(AGREE)),
      ask('adventure', 0.5, 'Sunday morning: boots on, or sofa?', [
        ['Sofa', -1],
        ['Sofa, then a walk', -0.2],
        ['Boots, then sofa', 0.6],
        ['I left at five', 1],
      ]),
      ask('stability', 0.7, 'I need to talk things through before I can sleep.', opposite(OFTEN)),
      ask('extraversion', 0.5, 'Friends may drop by without calling.'),
      ask('openness', 0.4, 'The furniture could do with moving around every few months.'),
    ],
  },
];
