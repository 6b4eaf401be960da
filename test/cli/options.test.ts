import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/cli/command-line.js';
import { assignments, decimalNumber, names, oneOf, shellQuoted, wholeNumber } from '../../src/cli/options.js';

describe('a whole number', () => {
  it.each([
    ['0', 0],
    ['7', 7],
    ['007', 7],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('is read from %s', (text, value) => expect(wholeNumber(0)(text)).toBe(value));

  it.each([
    '',
    ' ',
    '-1',
    '1.5',
    '1.0',
    '1e3',
    '0x10',
    '+1',
    ' 1',
    '1 ',
    '٣',
    'NaN',
    'Infinity',
    '9007199254740992',
    '1_000',
    'seven',
  ])('is not read from %j', (text) =>
    expect(() => wholeNumber(0)(text)).toThrow('must be a whole number of at least 0'),
  );

  it('is refused outside its range, which is named', () => {
    expect(() => wholeNumber(1, 1024)('0')).toThrow('from 1 to 1024');
    expect(() => wholeNumber(1, 1024)('1025')).toThrow('from 1 to 1024');
  });
});

describe('a decimal number', () => {
  it.each([
    ['0', 0],
    ['0.01', 0.01],
    ['.5', 0.5],
    ['1', 1],
  ])('is read from %s', (text, value) => expect(decimalNumber(0, 1)(text)).toBe(value));

  it.each(['', '.', '-0.1', '1.1', '1.', '1e-3', 'NaN', 'Infinity', '0,5', '5%', '-'])(
    'is not read from %j',
    (text) => expect(() => decimalNumber(0, 1)(text)).toThrow('must be a number from 0 to 1'),
  );
});

describe('names, choices and assignments', () => {
  it('collect over repetitions', () => {
    expect(names('c', names('a, b'))).toEqual(['a', 'b', 'c']);
    expect(assignments('bank-05=falsify', assignments('a=b=silent'))).toEqual([
      { bank: 'a=b', adversary: 'silent' },
      { bank: 'bank-05', adversary: 'falsify' },
    ]);
  });

  it.each(['', ',', 'a,', 'a,,b'])('refuse the list %j', (text) =>
    expect(() => names(text)).toThrow('empty'),
  );

  it.each(['', '=', 'bank', 'bank=', '=falsify'])('refuse the assignment %j', (text) =>
    expect(() => assignments(text)).toThrow('BANK=ADVERSARY'),
  );

  it('refuse a second adversary for one bank', () =>
    expect(() => assignments('a=silent', assignments('a=falsify'))).toThrow('already'));

  it('refuse what is not a choice, and name the choices', () => {
    expect(oneOf(['wan', 'lossy'])('wan')).toBe('wan');
    for (const text of ['', 'WAN', 'wan ', 'constructor'])
      expect(() => oneOf(['wan', 'lossy'])(text)).toThrow('one of wan, lossy');
  });
});

describe('a command to paste', () => {
  it('leaves plain words alone and quotes the rest', () => {
    expect(shellQuoted('examples/bank-01.csv')).toBe('examples/bank-01.csv');
    expect(shellQuoted("it's; rm -rf $HOME")).toBe(`'it'\\''s; rm -rf $HOME'`);
    expect(shellQuoted('')).toBe(`''`);
  });

  it('holds every word that was given, once a POSIX shell has read it', () => {
    const unquote = (line: string): string[] => {
      const words = line.match(/(?:'[^']*'|\\'|[^'\\\s])+/g) ?? [];
      return words.map((word) =>
        word.replace(/'([^']*)'|\\'/g, (whole, inner) => (whole === "\\'" ? "'" : inner)),
      );
    };
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
        expect(unquote(words.map(shellQuoted).join(' '))).toEqual(words);
      }),
    );
  });

  it('names flags as they are typed, and keeps files that begin with a dash files', () => {
    const flags = { actualFaults: 2, json: undefined, skipBadRows: true, adversary: ['a=b', 'c=d'] };
    expect(commandLine('reconcile', flags, ['-x.csv', 'a b.csv'])).toBe(
      "npx concordat reconcile --actual-faults 2 --skip-bad-rows --adversary a=b --adversary c=d -- -x.csv 'a b.csv'",
    );
  });
});
