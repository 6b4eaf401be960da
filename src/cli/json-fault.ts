import { placeAt, type TextPlace } from './json-place.js';

/** Where and why text is not JSON. */
export interface JsonFault extends TextPlace {
  readonly reason: string;
}

/** The tokens of RFC 8259, after the white space that may precede them. */
const TOKEN =
  /[ \t\r\n]*(?:(?<mark>[{}[\],:])|(?<string>"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(?<value>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null))/uy;

/** What the grammar allows next. */
type Expected = 'value' | 'value or ]' | 'name or }' | 'name' | ':' | ', or ]' | ', or }' | 'the end';

/**
 * The first place at which `text` stops being JSON. JSON.parse knows it too, but tells it in an unspecified message that
 * differs between engine versions. Only for text that JSON.parse refused.
 */
export function jsonFault(text: string): JsonFault {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  TOKEN.lastIndex = 0;
  for (;;) {
    const from = TOKEN.lastIndex;
    const groups = TOKEN.exec(text)?.groups;
    const next: Expected | null = groups ? after(expected, groups, open) : null;
    if (next === null) return faultAt(text, from, expected);
    expected = next;
  }
}

/** What is allowed after a token, or null when the token itself is not allowed here. */
function after(
  expected: Expected,
  { mark, string, value }: Record<string, string | undefined>,
  open: ('{' | '[')[],
): Expected | null {
  const closed = (): Expected => {
    const outer = open.at(-1);
    return outer === undefined ? 'the end' : outer === '{' ? ', or }' : ', or ]';
  };
  const wantsValue = expected === 'value' || expected === 'value or ]';
  if (wantsValue && (string ?? value) !== undefined) return closed();
  if (wantsValue && (mark === '{' || mark === '[')) {
    open.push(mark);
    return mark === '{' ? 'name or }' : 'value or ]';
  }
  if ((expected === 'name' || expected === 'name or }') && string !== undefined) return ':';
  if (expected === ':' && mark === ':') return 'value';
  if (expected === ', or }' && mark === ',') return 'name';
  if (expected === ', or ]' && mark === ',') return 'value';
  if (
    mark !== undefined &&
    (expected.endsWith(' or }') || expected.endsWith(' or ]')) &&
    expected.endsWith(mark)
  ) {
    open.pop();
    return closed();
  }
  return null;
}

function faultAt(text: string, from: number, expected: Expected): JsonFault {
  const offset = from + /^[ \t\r\n]*/.exec(text.slice(from))![0].length;
  const found = offset >= text.length ? 'the file ends' : JSON.stringify(text.slice(offset, offset + 12));
  return {
    ...placeAt(text, offset),
    reason: `not JSON: expected ${expected}, found ${found}`,
  };
}
