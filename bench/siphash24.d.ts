declare module 'siphash24' {
  /** SipHash-2-4 with 64 bits of output, into `out`; with `noAssert` lengths are not checked. */
  export default function siphash24(
    input: Uint8Array,
    key: Uint8Array,
    out?: Uint8Array,
    noAssert?: boolean,
  ): Uint8Array;
}
