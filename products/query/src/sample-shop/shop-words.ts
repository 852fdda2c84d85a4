/** Code, name, currency, value-added tax in percent. */
export const countries = [
  ["DE", "Germany", "EUR", "19"],
  ["FR", "France", "EUR", "20"],
  ["NL", "Netherlands", "EUR", "21"],
  ["SE", "Sweden", "SEK", "25"],
  ["IT", "Italy", "EUR", "22"],
  ["ES", "Spain", "EUR", "21"],
  ["DK", "Denmark", "DKK", "25"],
  ["AT", "Austria", "EUR", "20"],
  ["PL", "Poland", "PLN", "23"],
  ["BE", "Belgium", "EUR", "21"],
  ["CH", "Switzerland", "CHF", "8.1"],
  ["GB", "United Kingdom", "GBP", "20"],
] as const;

/** City and country. */
export const warehouses = [
  ["Hamburg", "DE"],
  ["Lyon", "FR"],
  ["Malmö", "SE"],
  ["Utrecht", "NL"],
  ["Bologna", "IT"],
  ["Poznań", "PL"],
] as const;

/** Name, and the place in this list (from 1) of the group above. */
export const categories: readonly [string, number?][] = [
  ["Coffee"],
  ["Whole beans", 1],
  ["Ground coffee", 1],
  ["Espresso roasts", 2],
  ["Filter roasts", 2],
  ["Single origin", 2],
  ["Blends", 1],
  ["Decaf", 1],
  ["Cold brew", 1],
  ["Capsules", 1],
  ["Subscriptions", 1],
  ["Tea"],
  ["Green tea", 12],
  ["Black tea", 12],
  ["Herbal tea", 12],
  ["Brewing"],
  ["Drippers", 16],
  ["French presses", 16],
  ["Moka pots", 16],
  ["Kettles", 16],
  ["Scales", 16],
  ["Filters", 16],
  ["Grinders"],
  ["Hand grinders", 23],
  ["Electric grinders", 23],
  ["Espresso machines"],
  ["Parts and care", 26],
  ["Cleaning", 26],
  ["Tableware"],
  ["Cups", 29],
  ["Glasses", 29],
  ["Travel mugs", 29],
  ["Pantry"],
  ["Syrups", 33],
  ["Chocolate", 33],
  ["Biscuits", 33],
  ["Gifts"],
  ["Gift sets", 37],
  ["Books", 37],
  ["Courses", 37],
];

const origins = [
  "Yirgacheffe",
  "Sidamo",
  "Huila",
  "Antigua",
  "Tarrazú",
  "Kirinyaga",
  "Mandheling",
  "Cerrado",
  "Gesha",
  "Nariño",
  "Kivu",
  "Chiapas",
  "Harbour",
  "Lighthouse",
  "Tidal",
  "Morning",
  "Night shift",
  "Low tide",
];
const kinds = [
  "filter roast",
  "espresso roast",
  "blend",
  "decaf",
  "cold brew",
  "capsules",
  "drip bags",
  "tasting set",
  "dripper",
  "hand grinder",
  "kettle",
  "cup",
  "travel mug",
  "scale",
  "gift box",
];

/** Names of products: an origin or a mood, and what it is. */
export const coffees: readonly string[] = origins.flatMap((origin) => kinds.map((kind) => `${origin} ${kind}`));

export const reviewTitles = [
  "Would buy again",
  "Good, but slow to arrive",
  "My morning is saved",
  "Not what I expected",
  "Great gift",
  "Fine for the price",
  "Too dark for me",
  "Best one so far",
  "Arrived broken",
  "Our office loves it",
] as const;

const beginnings = [
  "Smells of cocoa and dried fruit.",
  "Bought it for the office.",
  "Second order already.",
  "The box was dented.",
  "A present for my father.",
  "I compared three of them.",
  "Came two days earlier than promised.",
  "Tastes flat with hard water.",
  "The lid does not close well.",
];
const endings = [
  "I would order it again.",
  "Next time I take the smaller one.",
  "Support answered within the hour.",
  "A little expensive, but worth it.",
  "I sent it back.",
  "My guests asked where it is from.",
  "Grind it finer than you think.",
  "It will do.",
  "Five stars for the packaging.",
];

export const reviewBodies: readonly string[] = beginnings.flatMap((beginning) =>
  endings.map((ending) => `${beginning} ${ending}`),
);
