import type { Meaning, MockLocale } from "@mindmesh/contracts/query/mock-data";
import type { Faker } from "@faker-js/faker";

/** So many values of a meaning are made and then drawn from; the libraries' own functions are too slow for each row. */
const poolSize = 2_000;

// Each locale is some hundred kilobytes: only the one that is asked for is loaded.
const locales: Record<MockLocale, () => Promise<{ faker: Faker }>> = {
  en: () => import("@faker-js/faker/locale/en"),
  de: () => import("@faker-js/faker/locale/de"),
  fr: () => import("@faker-js/faker/locale/fr"),
  es: () => import("@faker-js/faker/locale/es"),
  it: () => import("@faker-js/faker/locale/it"),
  nl: () => import("@faker-js/faker/locale/nl"),
  pl: () => import("@faker-js/faker/locale/pl"),
  pt_BR: () => import("@faker-js/faker/locale/pt_BR"),
  sv: () => import("@faker-js/faker/locale/sv"),
  tr: () => import("@faker-js/faker/locale/tr"),
  ru: () => import("@faker-js/faker/locale/ru"),
  uk: () => import("@faker-js/faker/locale/uk"),
  ja: () => import("@faker-js/faker/locale/ja"),
  ko: () => import("@faker-js/faker/locale/ko"),
  zh_CN: () => import("@faker-js/faker/locale/zh_CN"),
};

const makers: Record<Meaning, (faker: Faker) => string> = {
  "first name": (faker) => faker.person.firstName(),
  "last name": (faker) => faker.person.lastName(),
  "full name": (faker) => faker.person.fullName(),
  "user name": (faker) => faker.internet.username().toLowerCase(),
  "job title": (faker) => faker.person.jobTitle(),
  phone: (faker) => faker.phone.number({ style: "international" }),
  company: (faker) => faker.company.name(),
  department: (faker) => faker.commerce.department(),
  street: (faker) => faker.location.streetAddress(),
  city: (faker) => faker.location.city(),
  "postal code": (faker) => faker.location.zipCode(),
  state: (faker) => faker.location.state(),
  country: (faker) => faker.location.country(),
  "country code": (faker) => faker.location.countryCode(),
  "product name": (faker) => faker.commerce.productName(),
  material: (faker) => faker.commerce.productMaterial(),
  colour: (faker) => faker.color.human(),
  "currency code": (faker) => faker.finance.currencyCode(),
  // Names that are kept free for examples (RFC 2606), so that nobody is written to or visited by mistake.
  url: (faker) => `https://www.example.com/${faker.lorem.slug(2)}`,
  domain: (faker) => `${faker.lorem.word()}.example`,
  "ip address": (faker) => faker.internet.ipv4({ network: "test-net-1" }),
  iban: (faker) => faker.finance.iban(),
  title: (faker) => sentenceCase(faker.lorem.words({ min: 2, max: 5 })),
  slug: (faker) => faker.lorem.slug(3),
  sentence: (faker) => faker.lorem.sentence(),
  paragraph: (faker) => faker.lorem.paragraph(),
  "file name": (faker) => faker.system.commonFileName(),
  "media type": (faker) => faker.system.mimeType(),
  version: (faker) => faker.system.semver(),
  latitude: (faker) => faker.location.latitude({ precision: 6 }).toFixed(6),
  longitude: (faker) => faker.location.longitude({ precision: 6 }).toFixed(6),
  language: (faker) => faker.location.language().alpha2,
  "time zone": (faker) => faker.location.timeZone(),
};

const sentenceCase = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Gives pools of values in one locale; the same for the same seed. */
export async function openMeanings(locale: MockLocale, seed: number): Promise<(meaning: Meaning) => readonly string[]> {
  const { faker } = await locales[locale]();
  const pools = new Map<Meaning, readonly string[]>();
  return (meaning) => {
    const known = pools.get(meaning);
    if (known !== undefined) return known;
    // Each meaning begins anew, whatever was made before it.
    faker.seed(seed);
    const pool = Array.from({ length: poolSize }, () => makers[meaning](faker));
    pools.set(meaning, pool);
    return pool;
  };
}
