/**
 * The commonest words of each language, which say what language a text is in and nothing about its topic.
 * Contractions of English need no entry: a word with an apostrophe is always one of these.
 */
export const STOP_WORDS = {
  en: words(`a about after again all also always am an and another any anybody are around as at away back be because
    been before being best better both but by can cannot could did do does doing done down during each else even ever
    every everybody everything few first for from gave get gets go goes going good got had has have having he her here
    hers him his how i if in into is it its just know last let like little long look lot made make many maybe me more
    most much my myself never new next no nobody not nothing now of off often old on once one only or other our out
    over own people really said same say see she should since so some somebody something still such take than that
    the their them then there these they thing things think this those though three through till time to today too
    twice two under until up upon us used very want was way we well went were what when where which while who whole
    whose why will with without worth would yes yet you your yours`),
  de: words(`aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist da dabei
    dafür damit dann daran darin darum das dass dein deine dem den denen denn der deren des dich die dies diese diesem
    diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines einfach er es etwas euch euer für
    ganz gar gegen geht genau gerade gibt habe haben hat hatte hatten heute hier hin ich ihm ihn ihnen ihr ihre ihrem
    ihren ihrer im immer in ins ist ja jede jedem jeden jeder jedes jetzt kann kein keine keinen können machen macht
    man mehr mein meine meinem meinen meiner mich mir mit muss nach nicht nichts nie niemand noch nur ob oder ohne
    schon sehr sei sein seine seinem seinen seiner seit sich sie sind so sollte sondern über um und uns unser unsere
    unter viel vom von vor war waren warum was weil welche wenn wer werde werden wie wieder will wir wird wo wurde
    würde zu zum zur zwei zwischen`),
  fr: words(`ai aller alors après as au aussi autre autres aux avait avant avec avez avoir avons bien c ce cela ces cet
    cette ceux chaque chez comme comment d dans de des deux donc dont du elle elles en encore entre est et était été
    êtes être eu fait faut ici il ils j je jamais jour juste l la là le les leur leurs lui m ma mais me même mes mieux
    moi moins mon n ne nos notre nous on ont ou où par parce pas pendant peu peut plus pour pourquoi près puis qu
    quand que quel quelle quelque qui quoi rien s sa sans se ses si son sont suis sur t ta te tes toi ton toujours
    tous tout toute toutes très trop tu un une va vers voici voir vont vos votre vous y`),
  es: words(`a al algo alguien antes aquí así aún aunque bien cada casi como cómo con contra cosa cosas cual cuál cuando
    cuándo de del desde después donde dónde dos durante e el él ella ellas ellos en entre era eran es esa ese eso esta
    está están este esto estos estoy fue fueron gracias ha había hace hacer hacia han has hasta hay he hemos hoy la
    las le les lo los más me mejor mi mis mismo mucho muchos muy nada nadie ni no nos nosotros nuestra nuestro nunca o
    otra otro otros para pero poco por porque puede pues que qué quien quién quiere sea ser si sí siempre sin sino
    sobre solo sólo son soy su sus también tan tanto te tengo ti tiempo tiene todavía todo todos tu tú tus un una uno
    unos va vez voy y ya yo`),
  it: words(`a abbiamo ad adesso agli ai al alla alle allo altra altri altro anche ancora avere aveva bene c che chi ci
    ciò come con contro così cosa cose cui d da dagli dai dal dalla dalle de degli dei del della delle dello dentro di
    dopo dove due e è ed era erano essere fa fare fatto fra già gli grazie ha hai hanno ho i il in io l la le lei li lo
    loro lui ma mai me mi mia mio molto nei nel nella nelle nessuno niente noi non nostra nostro o ogni oggi per perché
    però più poi prima proprio può qual quale quando quanto quasi quella quelle quelli quello questa queste questi
    questo qui se sei sempre senza si sia siamo siete solo soltanto sono sopra sotto stata stato su sua sul sulla suo
    suoi tanto te tempo ti tra troppo tu tua tutta tutte tutti tutto un una uno va vi voi volta vostra vostro`),
  nl: words(`aan ach al alle alleen alles als altijd ben bent bij daar dan dat de deze die dit doen door dus een eens en
    er even ga gaan gaat geen geweest goed graag haar had hadden heb hebben hebt heeft heel hem het hier hij hoe hun ik
    in is ja je jij jou jouw jullie kan kon kun kunnen maar me meer men met mij mijn moet moeten na naar niemand niet
    niets nog nooit nu of om omdat ons onze ook op over precies samen sinds te tegen toch toen tot tussen twee u uit uw
    van veel voor waar waarom wanneer want waren was wat we weer wel welke werd wie wij wil wilde wordt worden zal ze
    zeer zelf zich zij zijn zo zoals zonder zou`),
  pt: words(`a à ao aos aquela aquele aquilo aqui as às assim até bem cada com como contra da das de dela dele depois
    desde do dos e é ela elas ele eles em então entre era essa esse esta está estão estava este estou eu foi foram há
    isso isto já lhe lo mais mas me mesma mesmo meu meus minha minhas muito muitos na nada não nas nem nenhum ninguém
    no nos nós nossa nosso nunca o obrigado obrigada onde ontem os ou outra outro para pela pelo pelos por porque pouco
    preciso qual quando que quem quero são se sem sempre ser seu seus só sobre sou sua suas também tão te tem tempo
    tenho ter teve ti tinha toda todas todo todos tu tudo um uma umas vai vez você vocês vou`),
} as const satisfies Record<string, ReadonlySet<string>>;

/** ISO 639-1 codes of the languages that are recognised. */
export type Language = keyof typeof STOP_WORDS;
export const LANGUAGES = Object.keys(STOP_WORDS) as Language[];

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}
