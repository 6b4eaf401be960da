import { ConcordatError } from '../crypto/error.js';
import { Dataset } from '../data/dataset.js';
import { DAY_MS, daysFromCivil } from '../data/date.js';
import type { Schema } from '../data/schema.js';
import { defineSchema } from '../data/schema-json.js';
import type { Value } from '../data/value.js';
import { maxFaults } from '../protocol/quorum.js';
import type { Random } from './random.js';
import {
  addDisputes,
  addNoise,
  dissentersNeeded,
  drawSlips,
  MAX_NOISE,
  type SlipSource,
  type Slips,
} from './slips.js';

/** What {@link generate} throws. */
export type GenerateError = {
  readonly code: 'GENERATE_INVALID';
  /** Name of the option. */
  readonly option: string;
  /** What is wrong with it, in words. */
  readonly reason: string;
};

/** What {@link generate} is told. */
export interface GenerateOptions {
  /** The number of banks, 1 or more. */
  readonly banks: number;
  /** Records of the truth, 1 or more. */
  readonly records: number;
  /** The share of keys, 0 to 1, on which one honest bank errs. */
  readonly divergence: number;
  /**
   * The share of keys, other ones, on which so many honest banks err that no version settles, each in its own way: with
   * `divergence` at most 1. 0 when left out. Of fewer honest banks than that takes, all err.
   */
  readonly disputed?: number;
  /** The share of keys, any, on which every honest bank's amount is off by up to five cents. 0 when left out. */
  readonly noise?: number;
  /** f, which decides how many banks settle a key; ⌊(n − 1)/3⌋ when left out. */
  readonly faults?: number;
  /** What it means that a bank lacks a record; a vote when left out. */
  readonly absence?: Schema['absence'];
  /** Decides all that is drawn. */
  readonly random: Random;
  /** Honest banks by index, at least one unless `divergence` is 0. */
  readonly honest: readonly number[];
}

/** A consortium's books, and what should be in them. */
export interface Generated {
  /** The schema of a book of payments. */
  readonly schema: Schema;
  /** One for each bank; a bank that does not err, Byzantine ones included, has `truth` itself. */
  readonly datasets: readonly Dataset[];
  /** The records as they are before anybody errs. */
  readonly truth: Dataset;
}

const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'JPY', 'SEK', 'PLN'];

/**
 * Payments between banks: a replicated table of 8 fields, about 100 canonical bytes a record. Disputed amounts come out as
 * the median, where amounts support one another that are a few cents apart; all else goes by majority.
 */
export const PAYMENTS: Schema = paymentsWith('vote');
/** The same where a bank that lacks a record abstains. */
const ABSTAINING: Schema = paymentsWith('abstain');

function paymentsWith(absence: Schema['absence']): Schema {
  return defineSchema({
    name: 'interbank-payments',
    version: 1,
    absence,
    key: ['payment'],
    fields: {
      payment: { type: 'integer' },
      beneficiary: { type: 'string', maxLength: 70 },
      account: { type: 'string', maxLength: 34 },
      amount: { type: 'decimal', scale: 2, resolve: 'median', tolerance: `0.0${MAX_NOISE}` },
      currency: { type: 'enum', values: CURRENCIES },
      valueDate: { type: 'date' },
      bookedAt: { type: 'timestamp' },
      cleared: { type: 'boolean' },
    },
  });
}

/**
 * Generated payments for `banks` banks, decided by `random` alone.
 *
 * On `divergence` of the keys one honest bank, drawn for each, errs: of every four such keys two are altered (one field
 * that is not of the key), one is missing and one is extra (a record that the truth lacks, under a key of its own). What
 * `disputed` and `noise` add leaves all of that as it is.
 *
 * @throws {@link GenerateError}
 */
export function generate(options: GenerateOptions): Generated {
  checkOptions(options);
  const { banks, records, random, honest } = options;
  const rows = payments(records, random.fork('payments'));
  const schema = options.absence === 'abstain' ? ABSTAINING : PAYMENTS;
  const truth = Dataset.fromRecords(schema, rows);
  const slips = slipsIn({ schema, rows, honest }, options);
  const datasets = Array.from({ length: banks }, (_, bank) => {
    const own = slips.get(bank);
    return own ? Dataset.fromRecords(schema, withSlips(rows, own)) : truth;
  });
  return { schema, datasets, truth };
}

function slipsIn(source: SlipSource, options: GenerateOptions): Slips {
  const { banks, records, random, divergence, disputed = 0, noise = 0 } = options;
  const draw = random.fork('slips');
  const extra = (place: number): Value[] => payment(place, draw);
  const { slips, places } = drawSlips(source, Math.round(records * divergence), extra, draw);
  const others = random
    .fork('disputes')
    .shuffle([...source.rows.keys()].filter((place) => !places.has(place)));
  const dissenters = dissentersNeeded(banks, options.faults ?? maxFaults(banks));
  const split = others.slice(0, Math.round(records * disputed));
  addDisputes(slips, source, split, dissenters, random.fork('dissenters'));
  const noisy = random
    .fork('noise')
    .shuffle([...source.rows.keys()])
    .slice(0, Math.round(records * noise));
  addNoise(slips, source, noisy, AMOUNT, random.fork('offsets'));
  return slips;
}

function withSlips(
  rows: readonly Value[][],
  slips: ReadonlyMap<number, readonly Value[] | null>,
): (readonly Value[])[] {
  const kept = rows.flatMap((row, place) => {
    const own = slips.get(place);
    return own === null ? [] : [own ?? row];
  });
  for (const [place, row] of slips) if (place >= rows.length && row) kept.push(row);
  return kept;
}

function payments(count: number, random: Random): Value[][] {
  return Array.from({ length: count }, (_, i) => payment(i, random));
}

const AMOUNT = PAYMENTS.fields.findIndex(({ name }) => name === 'amount');

/** Payment numbers grow by 1 to 97 a payment: unlike at every place, and not to be guessed by counting. */
const FIRST_PAYMENT = 740_000_000_000;
const PAYMENT_GAP = 97;
const FIRST_DAY = daysFromCivil(2026, 1, 5)!;

const FAMILIES = ['Adeyemi', 'Bergström', 'Castellanos', 'Dąbrowska', 'Fitzgerald', 'Grünwald', 'Haddad'];
const PARTNERS = [
  'Iglesias',
  'Jovanović',
  'Kowalski',
  'Lindqvist',
  'Moreau',
  'Nakamura',
  'Okonkwo',
  'Petrov',
];
const TRADES = [
  'Shipping',
  'Textiles',
  'Foods',
  'Timber',
  'Instruments',
  'Reinsurance',
  'Steel',
  'Chemicals',
];
const FORMS = ['AG', 'GmbH', 'Ltd', 'NV', 'SA', 'SpA', 'AB', 'Inc'];
const CITIES = ['Rotterdam', 'Genève', 'Gdańsk', 'Antwerpen', 'Liverpool', 'Valparaíso', 'Osaka', 'Malmö'];
const BANK_CODES = ['ALPB', 'BRCK', 'CNCD', 'DLTA', 'ECHO', 'FJRD', 'GRNT', 'HRBR'];

function payment(place: number, random: Random): Value[] {
  const [family, partner] = [random.pick(FAMILIES), random.pick(PARTNERS)];
  const name = `${family} & ${partner} ${random.pick(TRADES)} ${random.pick(FORMS)}`;
  const day = FIRST_DAY + BigInt(random.int(90));
  return [
    BigInt(FIRST_PAYMENT + place * PAYMENT_GAP + random.int(PAYMENT_GAP)),
    `${name}, ${random.pick(CITIES)}`,
    account(random),
    amount(random),
    random.pick(CURRENCIES),
    day,
    day * DAY_MS - BigInt(random.int(Number(DAY_MS))),
    random.chance(0.9),
  ];
}

/** Shaped like the longest IBAN, of the country XX, which ISO 3166 assigns to nobody: it is no one's account. */
function account(random: Random): string {
  const digits = Array.from({ length: 28 }, () => random.int(10)).join('');
  return `XX${digits.slice(0, 2)}${random.pick(BANK_CODES)}${digits.slice(2)}`;
}

/** From 1.00 to 9 999 999.99, small amounts as frequent as large ones are: each order of magnitude alike. */
function amount(random: Random): bigint {
  const magnitude = 10 ** (2 + random.int(7));
  return BigInt(magnitude + random.int(9 * magnitude));
}

function checkOptions(options: GenerateOptions): void {
  const { banks, records, divergence, disputed = 0, noise = 0, honest } = options;
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
  if (!isCount(banks)) generateError('banks', `is ${banks}, not a whole number of 1 or more`);
  if (!isCount(records)) generateError('records', `is ${records}, not a whole number of 1 or more`);
  for (const [option, share] of Object.entries({ divergence, disputed, noise }))
    if (!(share >= 0 && share <= 1)) generateError(option, `is ${share}, not from 0 to 1`);
  if (divergence + disputed > 1) generateError('disputed', 'and divergence are above 1 together');
  if (disputed > 0 && banks === 1) generateError('disputed', 'needs two banks that can differ');
  if (honest.some((bank) => !Number.isInteger(bank) || bank < 0 || bank >= banks))
    generateError('honest', `names a bank that is not among ${banks}`);
  if (honest.length === 0 && divergence + disputed + noise > 0)
    generateError('honest', 'is empty, so that nobody can err');
}

function generateError(option: string, reason: string): never {
  throw new ConcordatError<GenerateError>(
    { code: 'GENERATE_INVALID', option, reason },
    `generated data: ${option} ${reason}`,
  );
}
