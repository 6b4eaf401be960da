/** Code points of bytes 0x80 to 0x9f; all other bytes are their own (WHATWG Encoding Standard, index windows-1252). */
const C1 = [
  0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d,
  0x017d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
  0x0153, 0x9d, 0x017e, 0x0178,
];
/** Units given to one call: engines bound the number of arguments. */
const CHUNK = 8192;

/**
 * Text of windows-1252 bytes. Every byte string is some text. The platform's `TextDecoder` is not used, since several
 * releases of Node.js 20 to 23 decode windows-1252 as ISO 8859-1, and banks would read one file differently.
 */
export function decodeWindows1252(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const units = Uint16Array.from(bytes.subarray(at, at + CHUNK), (byte) => C1[byte - 0x80] ?? byte);
    text += String.fromCharCode(...units);
  }
  return text;
}
