import { REED_SOLOMON_WASM } from './reed-solomon-wasm.js';

/** As much of the JavaScript API of WebAssembly as is used here: the core is typed without the DOM. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** What the module exports. */
interface Engine {
  readonly memory: { readonly buffer: ArrayBuffer };
  __wbindgen_malloc(length: number): number;
  __wbindgen_free(pointer: number, length: number): void;
  encode(shards: number, length: number, data: number, parity: number): number;
  reconstruct(
    shards: number,
    length: number,
    data: number,
    parity: number,
    flags: number,
    flagsLength: number,
  ): number;
}

/** Bytes of memory beyond which an engine is thrown away. */
const MEMORY = 2 ** 24;

let compiled: object | undefined;
let current: Engine | undefined;

/**
 * The engine: compiled from the inlined module when first asked for, since the package's own loaders go through `fetch`
 * or the file system, which the core has neither of. That takes a millisecond and is synchronous, which every browser
 * allows for 118 KB (Chrome from version 114, and before it in a worker).
 *
 * Its allocator gives back little of what it took, some 25 KB a call; a fresh engine takes its place in time.
 */
function engine(): Engine {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(REED_SOLOMON_WASM), (character) => character.charCodeAt(0)),
  );
  if (!current || current.memory.buffer.byteLength > MEMORY)
    current = new WebAssembly.Instance(compiled).exports as Engine;
  return current;
}

/** A copy of `bytes` in the engine's memory. */
function put({ memory, __wbindgen_malloc }: Engine, bytes: Uint8Array): number {
  const pointer = __wbindgen_malloc(bytes.length);
  new Uint8Array(memory.buffer).set(bytes, pointer);
  return pointer;
}

/**
 * Fills in the parity: `shards` is data + parity shards of equal length, one after the other.
 *
 * @returns 0 when done. The shape must be right: at 0 shards of a kind, more than 256 or an empty one the engine traps,
 * and is not to be used again.
 */
export function fillParity(shards: Uint8Array, data: number, parity: number): number {
  const rs = engine();
  const pointer = put(rs, shards);
  const result = rs.encode(pointer, shards.length, data, parity);
  shards.set(new Uint8Array(rs.memory.buffer, pointer, shards.length));
  rs.__wbindgen_free(pointer, shards.length);
  return result;
}

/**
 * Fills in the data shards whose flag is 0, from those whose flag is 1, in place. As for {@link fillParity}.
 *
 * The flags are not freed here: the engine frees them itself. The package's own wrapper frees them once more, which
 * ruins the heap, so that after a reconstruction it fails with anything or nothing; it is not used for that reason.
 */
export function fillData(shards: Uint8Array, data: number, parity: number, flags: Uint8Array): number {
  const rs = engine();
  const pointer = put(rs, shards);
  const result = rs.reconstruct(pointer, shards.length, data, parity, put(rs, flags), flags.length);
  shards.set(new Uint8Array(rs.memory.buffer, pointer, shards.length));
  rs.__wbindgen_free(pointer, shards.length);
  return result;
}
