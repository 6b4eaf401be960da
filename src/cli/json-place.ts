/** Where something stands in a text: line and column from 1, the column in UTF-16 units, as editors count. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

const TOKEN = /[ \t\r\n]*("(?:[^"\\]+|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+)/uy;

interface Open {
  readonly path: string;
  readonly isList: boolean;
  /** The place in a list, or the name last read in an object; null while a name is expected. */
  member: number | string | null;
}

/**
 * The place of the member that `path` names, such as `fields.amount.columns[1]`; where it is missing, that of the
 * innermost one that is there.
 * @param text text that JSON.parse takes
 */
export function jsonPlace(text: string, path: string): TextPlace {
  const open: Open[] = [];
  let best = { offset: /\S/.exec(text)?.index ?? 0, length: 0 };
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const token = match[1]!;
    const around = open.at(-1);
    if (token === '}' || token === ']') open.pop();
    else if (token === ',') around!.member = around!.isList ? Number(around!.member) + 1 : null;
    else if (around && !around.isList && around.member === null) {
      around.member = JSON.parse(token) as string;
      const here = pathOf(around);
      if (here.length > best.length && isWithin(path, here))
        best = { offset: TOKEN.lastIndex - token.length, length: here.length };
    } else if (token !== ':') {
      const here = around ? pathOf(around) : '';
      if (here.length > best.length && isWithin(path, here))
        best = { offset: TOKEN.lastIndex - token.length, length: here.length };
      if (token === '{' || token === '[')
        open.push({ path: here, isList: token === '[', member: token === '[' ? 0 : null });
    }
  }
  return placeAt(text, best.offset);
}

function pathOf({ path, isList, member }: Open): string {
  if (isList) return `${path}[${member}]`;
  return path === '' ? String(member) : `${path}.${member}`;
}

/** Whether `path` is `outer` or something in it. */
const isWithin = (path: string, outer: string): boolean =>
  path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);

/** Line and column of an offset. */
export function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
