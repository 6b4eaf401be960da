import { toHex } from '../crypto/bytes.js';
import type { Proposal } from '../protocol/joining.js';
import type { Paint } from './paint.js';
import { label } from './summary.js';
import { toleranceInWords } from './verdict.js';

/** What a person has to know of a consortium before the bank joins it. */
export function consortiumLines(
  {
    name,
    banks,
    faults,
    schema,
    parameters,
  }: Omit<Proposal, 'banks'> & { readonly banks: readonly { readonly id: string }[] },
  paint: Paint,
): string[] {
  return [
    ...label('Consortium', `${name}, ${toleranceInWords(banks.length, faults)}`, paint),
    ...label('Banks', banks.map(({ id }) => id).join(', '), paint),
    ...label('Schema', `${schema.name} ${schema.version}, ${toHex(schema.digest)}`, paint),
    ...label(
      'Parameters',
      Object.entries(parameters)
        .map(([key, value]) => `${key} ${value}`)
        .join(', '),
      paint,
    ),
  ];
}
