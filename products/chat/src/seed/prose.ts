const common = (
  "the of and to a in is that for it as was with be by on not he his but at are this have from or had an they which " +
  "one you were all her she there would their we him been has when who will no more if out so up said what its about " +
  "than into them can only other time new some could these two may first then do any like my now over such our man me " +
  "even most made after also did many off before must well back through years where much your way down should because " +
  "long each just state people too between same good database query index table server message answer model token " +
  "error report customer order invoice meeting question plan week number price test result change value file page"
).split(" ");

const syllables =
  "ba be bi bo da de di do fa fe fi ga ge go ha he ka ke ki ko la le li lo lu ma me mi mo na ne ni no pa pe pi po ra re ri ro ru sa se si so su ta te ti to tu va ve vi za zo".split(
    " ",
  );

/** Made-up prose, the same at every run with the same seed. Words follow Zipf's law, as those of languages do. */
export function createProse(seed: number) {
  let state = seed >>> 0;
  // mulberry32, public domain: small, fast, good enough for words.
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const rare = Array.from({ length: 30_000 }, () =>
    Array.from({ length: between(2, 4) }, () => syllables[between(0, syllables.length - 1)]).join(""),
  );
  const words = [...common, ...rare];
  // Inverse of the cumulated 1/rank: log-uniform ranks.
  const word = () => words[Math.floor(words.length ** random()) - 1] ?? "the";
  const sentence = (least: number, most: number) => {
    const text = Array.from({ length: between(least, most) }, word).join(" ");
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  };
  return {
    sentence,
    paragraphs: (least: number, most: number) =>
      Array.from({ length: between(least, most) }, () =>
        Array.from({ length: between(2, 5) }, () => sentence(6, 20)).join(" "),
      ).join("  "),
  };
}
