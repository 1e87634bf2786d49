import type { Phrases } from './phrases.js';

export const PORTUGUESE: Phrases = {
  statements: [
    'Finalmente tive tempo para {topic} {when}.',
    'Há três anos que me dedico a {topic} e ainda aprendo alguma coisa todas as semanas.',
    'Ninguém me avisou que {topic} ia ocupar todos os meus fins de semana.',
    'Procuro pessoas perto de {place} que também gostem de {topic}.',
    'Criámos um pequeno grupo de {topic} em {place}, são todos bem-vindos.',
    'O melhor de {topic} são as pessoas que conhecemos.',
    'Depois de uma semana tão longa, {topic} era mesmo aquilo de que eu precisava.',
    'Há uma loja em {place} que só vende coisas para {topic}.',
  ],
  details: [
    'Demorou o dobro do previsto e valeu cada minuto.',
    'A luz estava incrível.',
    'Da próxima vez levo mais café.',
    'Não é preciso equipamento caro, só um pouco de paciência.',
    'Estava frio, já era tarde e ninguém queria ir para casa.',
    'Não sou muito bom nisto, e é essa a graça.',
  ],
  questions: [
    'O que recomendam a quem está a começar?',
    'Quem vem connosco no próximo sábado?',
    'Como é que arranjam tempo para isto?',
  ],
  replies: [
    'Alegraste o meu dia, muito obrigado.',
    'Aconteceu-me exatamente o mesmo {when}.',
    'Concordo plenamente contigo.',
    'Desculpa, mas não concordo nada.',
    'Onde foi isso? Também quero ir.',
    'Da próxima vez também vou!',
    'Cuidado, foi assim que eu comecei.',
  ],
  mentions: ['Obrigado a {who} por me ter mostrado como se faz.', '{who} tinha razão desde o início.'],
  links: ['A história completa está aqui:', 'Mais fotografias:'],
  times: ['esta manhã', 'ontem à noite', 'ontem', 'no domingo', 'no fim de semana passado'],
  bios: [
    '{job} em {place}. Os fins de semana são para {topic} e {other}.',
    'Vivo em {place} e prefiro passar o tempo com {topic}.',
  ],
  jobs: ['Enfermeira', 'Professor', 'Carpinteiro', 'Jardineira', 'Jornalista', 'Cozinheiro', 'Estudante'],
};
