// Writes src/crypto/reed-solomon-wasm.ts: the engine's WebAssembly module and its licence, as the installed package has
// them. To be run after an upgrade of the package; a test says when it was forgotten.
import { readFileSync, writeFileSync } from 'node:fs';

const name = '@digitaldefiance/reed-solomon-erasure.wasm';
const module = new URL(import.meta.resolve(`${name}/wasm`));
const licence = readFileSync(new URL('../license.txt', module), 'utf8').trimEnd();
writeFileSync(
  new URL('../src/crypto/reed-solomon-wasm.ts', import.meta.url),
  `/*!
 * The text below is the WebAssembly module of ${name}, base64, as
 * scripts/inline-reed-solomon.mjs wrote it: Reed-Solomon over GF(2^8), under this licence:
 *
${licence.replaceAll(/^/gm, ' * ').replaceAll(/ +$/gm, '')}
 */

/** The WebAssembly module, base64. */
export const REED_SOLOMON_WASM: string =
  '${readFileSync(module).toString('base64')}';
`,
);
