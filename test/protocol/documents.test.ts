import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../src/crypto/bytes.js';
import { isConcordatError } from '../../src/crypto/error.js';
import {
  type ManifestDocument,
  manifestDocument,
  readManifest,
  readSeal,
  type SealDocument,
  sealDocument,
} from '../../src/protocol/documents.js';
import { checkSeal } from '../../src/protocol/seal.js';
import { verifySeal } from '../../src/protocol/verify-seal.js';
import { consortium, type Fixture, Net } from './network.js';

type Json = { [field: string]: unknown };
let fixture: Fixture;
let manifest: ManifestDocument;
let seal: SealDocument;
let original: Json;
/** What a file of the document gives back. */
const reread = (document: object): Json => JSON.parse(JSON.stringify(document)) as Json;
beforeAll(async () => {
  fixture = await consortium(4, 1);
  const net = new Net(fixture).start().run();
  manifest = manifestDocument(fixture.manifest);
  original = reread(manifest);
  seal = sealDocument(fixture.manifest, net.output(0, 'sealed')[0]!.seal);
});

function verdict(manifestJson: unknown, sealJson: unknown): string {
  try {
    // The one everybody has is read once: that it is refused when altered, other tests show.
    const read = manifestJson === original ? fixture.manifest : readManifest(manifestJson, fixture.suite);
    checkSeal(read, readSeal(sealJson, read), fixture.suite);
    return 'holds';
  } catch (error) {
    if (!isConcordatError(error)) throw error;
    return error.code;
  }
}

/** Every way to change one leaf of a JSON value to something else of its type. */
function* alterations(json: unknown): Generator<unknown> {
  if (typeof json === 'string') yield* [`${json}0`, json.slice(1), ''];
  else if (typeof json === 'boolean') yield* [!json, String(json), null];
  else if (typeof json === 'number') yield* [json + 1, -json - 1, String(json), null];
  else if (Array.isArray(json)) {
    yield [...json, json[0] ?? 'bank-0'];
    if (json.length > 0) yield json.slice(1);
    if (json.length > 1) yield [...json].reverse();
    for (const [i, item] of json.entries())
      for (const changed of alterations(item)) yield json.map((each, j) => (i === j ? changed : each));
  } else if (typeof json === 'object' && json !== null) {
    yield { ...json, unknown: 1 };
    for (const [field, value] of Object.entries(json)) {
      for (const changed of alterations(value)) yield { ...json, [field]: changed };
      const { [field]: _, ...without } = json as Json;
      yield without;
    }
  }
}

describe('documents', () => {
  it('hold as they are written, whatever the order of their fields', async () => {
    expect(verdict(reread(manifest), reread(seal))).toBe('holds');
    const turned = (json: Json): Json => Object.fromEntries(Object.entries(json).reverse());
    expect(verdict(turned(reread(manifest)), turned(reread(seal)))).toBe('holds');
    expect((await verifySeal(reread(manifest), reread(seal))).epoch).toBe(0);
  });

  it('of a seal are refused with any field altered, added to or missing', () => {
    let count = 0;
    for (const field of Object.keys(seal))
      for (const changed of alterations(reread(seal)[field])) {
        count++;
        expect(verdict(original, { ...reread(seal), [field]: changed }), `${field}`).not.toBe('holds');
      }
    for (const field of Object.keys(seal)) {
      const { [field]: _, ...without } = reread(seal);
      expect(verdict(original, without), field).not.toBe('holds');
    }
    expect(count).toBeGreaterThan(80);
  });

  it('of a manifest are refused with any field altered, added to or missing', () => {
    for (const field of Object.keys(manifest).filter((each) => each !== 'canonical'))
      for (const changed of alterations(reread(manifest)[field]))
        expect(verdict({ ...reread(manifest), [field]: changed }, reread(seal)), `${field}`).not.toBe(
          'holds',
        );
    for (const field of Object.keys(manifest)) {
      const { [field]: _, ...without } = reread(manifest);
      expect(verdict(without, reread(seal)), field).not.toBe('holds');
    }
  });

  it('are refused with bytes of `canonical` flipped or cut off', () => {
    const { canonical } = seal;
    for (let i = 0; i < canonical.length; i += 7) {
      const digit = ((Number.parseInt(canonical[i]!, 16) + 1) % 16).toString(16);
      const bad = canonical.slice(0, i) + digit + canonical.slice(i + 1);
      expect(verdict(original, { ...reread(seal), canonical: bad }), `digit ${i}`).not.toBe('holds');
    }
    for (let cut = 0; cut < canonical.length; cut += 31)
      expect(verdict(original, { ...reread(seal), canonical: canonical.slice(0, cut) })).not.toBe('holds');
    for (const bad of [canonical.toUpperCase(), `0x${canonical}`, `${canonical} `])
      expect(verdict(original, { ...reread(seal), canonical: bad })).not.toBe('holds');
  });

  it('are refused when they are no documents', () => {
    const nonsense: unknown[] = [
      null,
      undefined,
      0,
      '',
      'seal',
      [],
      {},
      [seal],
      true,
      { canonical: seal.canonical },
    ];
    for (const json of nonsense) {
      expect(verdict(json, reread(seal))).toMatch(/^DOCUMENT_MALFORMED$/);
      expect(verdict(reread(manifest), json)).toMatch(/^DOCUMENT_MALFORMED$/);
    }
    expect(verdict(reread(seal), reread(manifest))).toBe('DOCUMENT_MALFORMED');
    const huge = { ...reread(seal), canonical: '0'.repeat(2 ** 25 + 2) };
    expect(verdict(reread(manifest), huge)).toBe('DOCUMENT_MALFORMED');
  });

  it('nested without end are refused, and do not exhaust the stack', () => {
    const deep = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)) as unknown;
    for (const field of ['inputs', 'totals', 'epoch', 'evidence', 'canonical'])
      expect(verdict(reread(manifest), { ...reread(seal), [field]: deep })).toMatch(/^DOCUMENT_/);
    expect(verdict({ ...reread(manifest), name: deep }, reread(seal))).toBe('DOCUMENT_SUMMARY_MISMATCH');
  });

  it('of a seal do not hold under the manifest of another consortium', async () => {
    const other = await consortium(4, 1, { name: 'elsewhere' });
    expect(verdict(reread(manifestDocument(other.manifest)), reread(seal))).toBe('SEAL_WRONG_CONSORTIUM');
    const larger = await consortium(10, 3);
    expect(verdict(reread(manifestDocument(larger.manifest)), reread(seal))).not.toBe('holds');
    expect(toHex(other.manifest.consortiumId)).not.toBe(manifest.consortiumId);
  });
});
