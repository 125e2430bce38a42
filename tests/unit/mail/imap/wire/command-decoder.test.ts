import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CommandDecoder, type Decoded } from '#mail/imap/wire/command-decoder.ts';

const LINE_MAX = 100;

/** Feeds octets in the given pieces and takes every literal; a readable list of what came out. */
function decode(pieces: readonly (string | Buffer)[], lineMax = LINE_MAX): readonly string[] {
  const decoder = new CommandDecoder();
  const found: string[] = [];
  for (const piece of pieces) {
    decoder.push(Buffer.from(piece as string));
    let decoded = decoder.nextCommand(lineMax);
    while (decoded !== undefined) {
      found.push(shown(decoded));
      if (decoded.type === 'literal') {
        if (decoded.size > 1000) decoder.refuseLiteral();
        else decoder.acceptLiteral();
      }
      decoded = decoder.nextCommand(lineMax);
    }
  }
  return found;
}

function shown(decoded: Decoded): string {
  switch (decoded.type) {
    case 'command': {
      const { texts, literals } = decoded.octets;
      return texts
        .map((text, at) => text.toString('latin1') + (literals[at] ? `<${literals[at].toString()}>` : ''))
        .join('');
    }
    case 'literal':
      return `literal ${decoded.size}${decoded.nonSynchronising ? '+' : ''}`;
    case 'line':
      return decoded.line.toString('latin1');
    case 'malformed':
    case 'overflow':
      return decoded.type;
  }
}

describe('CommandDecoder', () => {
  it('cuts lines and literals, two in one command', () => {
    expect(decode(['a LOGIN {3}\r\nbob {4+}\r\npass\r\nb NOOP\r\n'])).toEqual([
      'literal 3',
      'literal 4+',
      'a LOGIN <bob> <pass>',
      'b NOOP',
    ]);
  });

  it('finds the same whatever the pieces are', () => {
    const text = 'a LOGIN {3}\r\nbob {4+}\r\np\r\ns\r\nb NOOP\r\nc X "{5}"\r\n';
    const whole = decode([text]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 8 }), (cuts) => {
        const places = [0, ...cuts.toSorted((one, other) => one - other), text.length];
        const pieces = places.slice(1).map((end, at) => text.slice(places[at], end));
        expect(decode(pieces)).toEqual(whole);
      }),
    );
    expect(decode(text.split(''))).toEqual(whole);
  });

  it.each([
    ['a X {9999999999}\r\n', 'literal 4294967295'],
    ['a X {2147483648+}\r\n', 'literal 2147483648+'],
    ['a X {99999999999999999999999999}\r\n', 'literal 4294967295'],
    ['a X {0}\r\n', 'literal 0'],
  ])('I1 reads the size of %j without taking memory for it', (text, expected) => {
    expect(decode([text])[0]).toBe(expected);
  });

  it.each(['a X {}\r\n', 'a X {-1}\r\n', 'a X {1++}\r\n', 'a X {1 }\r\n', 'a X {0x5}\r\n'])(
    'I1 does not take %j for a literal',
    (text) => expect(decode([text])).toEqual([text.slice(0, -2)]),
  );

  it('I3 gives up on a line without an end at the limit', () => {
    expect(decode(['('.repeat(LINE_MAX + 2)])).toEqual(['overflow']);
    expect(decode([`${'x'.repeat(LINE_MAX)}\r\n`])).toHaveLength(1);
    expect(decode([`${'x'.repeat(LINE_MAX + 1)}\r\n`])).toEqual(['overflow']);
  });

  it('I3 counts the texts around literals together', () => {
    const part = `${'x'.repeat(60)}{1}\r\n`;
    expect(decode([`${part}a${part}`])).toEqual(['literal 1', 'overflow']);
  });

  it.each(['a NOOP\nb NOOP\r\n', 'a NO\rOP\r\n', 'a NO\0OP\r\n', 'a X {2+}\r\n\0\0\r\n'])(
    'I4 finds %j malformed and runs nothing in it',
    (text) => expect(decode([text]).at(-1)).toBe('malformed'),
  );

  it('I4 takes any octets without throwing, and always as much as there is', () => {
    const octets = fc.uint8Array({ maxLength: 200 });
    const likely = fc.constantFrom('a X {5}\r\n', '{3+}\r\n', '\r\n', '\r', '\n', '\0', '(', '"', '{99999}');
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            octets.map((one) => Buffer.from(one)),
            likely,
          ),
          { maxLength: 20 },
        ),
        (pieces) => {
          decode(pieces);
        },
      ),
      { numRuns: 2000 },
    );
  }, 30_000);

  it('I5 forgets everything on discard', () => {
    const decoder = new CommandDecoder();
    decoder.push(Buffer.from('a X {5}\r\n'));
    decoder.nextCommand(LINE_MAX);
    decoder.push(Buffer.from('b LOGOUT\r\n'));
    decoder.discard();
    expect(decoder.nextCommand(LINE_MAX)).toBeUndefined();
    decoder.push(Buffer.from('c NOOP\r\n'));
    expect(decoder.nextCommand(LINE_MAX)).toMatchObject({ type: 'command' });
  });
});
