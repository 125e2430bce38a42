import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '#mail/imap/grammar/parse-command.ts';
import { defaultImapLimits } from '#mail/imap/imap-limits.ts';
import type { SessionState } from '#mail/imap/session.ts';
import { CommandDecoder } from '#mail/imap/wire/command-decoder.ts';
import { imapScripts, scriptMessages } from '#support/imap-scripts.ts';
import { createRandom, type Random } from '#support/imap-state/random.ts';

/** `npm run chaos` tries a million; a seed that has failed is run again with `SEED=…`. */
const cases = Number(process.env['CASES'] ?? 100_000);
const seed = Number(process.env['SEED'] ?? 20_261_125);

const limits = { ...defaultImapLimits, commandBytesMax: 300, literalBytesMax: 2048 };
const states: readonly SessionState[] = ['not_authenticated', 'authenticated', 'selected'];

/** What real clients send, and the shapes of known attacks: mutations of these reach far into the readers. */
const corpus: readonly string[] = [
  ...imapScripts.flatMap(({ commands }) => commands),
  ...scriptMessages.map(
    ({ arguments: options, octets }) => `APPEND Thu ${options}{${octets.length}+}\r\n${octets}`,
  ),
  'LOGIN {3}\r\nbob {6+}\r\nsecret',
  'AUTHENTICATE PLAIN AGJvYgBzZWNyZXQ=',
  'ID ("name" "x" "version" NIL)',
  'SELECT INBOX (CONDSTORE)',
  'SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541 (1,3,5 10,30,50)))',
  'FETCH 1:* (FLAGS BODY.PEEK[1.2.3.MIME]<0.100> BINARY.PEEK[1] BODY[HEADER.FIELDS ("a" {1}\r\nb)]) (CHANGEDSINCE 1)',
  'SEARCH RETURN (MIN MAX) CHARSET UTF-8 OR (NOT (OR SEEN ({5}\r\nabcde))) MODSEQ 7 SUBJECT {4+}\r\nngày',
  'UID SEARCH UID 1:4294967295,*:5 NOT NOT NOT NOT DELETED',
  'LIST (SUBSCRIBED) "" (% "*%*%*" {3}\r\na/%) RETURN (CHILDREN STATUS (MESSAGES SIZE))',
  'CREATE "&AGE-&AGE" (USE (\\Archive))',
  'UID STORE 1:2,4 (UNCHANGEDSINCE 12) +FLAGS.SILENT ($a \\Seen)',
  'APPEND {2147483648+}\r\n(()',
  '((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((',
].map((command) => `A1 ${command}\r\n`);

const alphabet = [
  '\r\n',
  '\r',
  '\n',
  '\0',
  '(',
  ')',
  '"',
  '\\',
  '{',
  '}',
  '{5+}\r\n',
  '*',
  ':',
  ',',
  '[',
  ']',
  '<',
  '%',
  ' ',
  'NIL',
  '4294967296',
  '99999999999999999999',
  '\u00ff',
  '\u0080',
];

/** One to four small changes of one octet string, or a splice of two. */
function mutate(random: Random): string {
  let text = random.pick(corpus);
  if (random.chance(10)) {
    const other = random.pick(corpus);
    text = text.slice(0, random.below(text.length)) + other.slice(random.below(other.length));
  }
  const changes = 1 + random.below(4);
  for (let at = 0; at < changes; at += 1) {
    const place = random.below(text.length + 1);
    const kind = random.below(5);
    const rest = kind === 0 ? text.slice(place) : text.slice(place + random.below(4));
    const piece = text.slice(place, place + random.below(30));
    if (kind === 4) text = text.slice(0, place) + piece.repeat(random.below(8)) + text.slice(place);
    else if (kind === 3) text = text.slice(0, place) + rest;
    else if (kind === 2) text = `${text.slice(0, place)}${String.fromCodePoint(random.below(256))}${rest}`;
    else text = text.slice(0, place) + random.pick(alphabet) + rest;
  }
  return text;
}

/** Feeds the octets in pieces, accepts small literals, and reads each command in a state; what came out, as names. */
function swallow(octets: Buffer, state: SessionState, cuts: () => number): readonly string[] {
  const decoder = new CommandDecoder();
  const found: string[] = [];
  for (let at = 0; at < octets.length;) {
    const length = Math.max(1, cuts());
    decoder.push(octets.subarray(at, at + length));
    at += length;
    for (;;) {
      const decoded = decoder.nextCommand(limits.commandBytesMax);
      if (decoded === undefined) break;
      found.push(decoded.type);
      if (decoded.type === 'overflow') return found;
      if (decoded.type === 'literal') {
        if (decoded.size > limits.literalBytesMax) {
          if (decoded.nonSynchronising) return found;
          decoder.refuseLiteral();
        } else decoder.acceptLiteral();
      }
      if (decoded.type === 'command')
        found.push(parseCommand(decoded.octets, { state, speaksUtf8: false }, limits).type);
      // Every finding takes octets: more findings than octets would be a loop without an end.
      if (found.length > 3 * octets.length + 3) throw new Error('the decoder finds the same for ever');
    }
  }
  return found;
}

describe('the way from octets to a command', () => {
  it('reads the corpus itself', () => {
    for (const text of corpus.slice(0, -2))
      expect(
        swallow(Buffer.from(text, 'latin1'), 'selected', () => text.length),
        text,
      ).toContain('command');
  });

  it(
    'I4 takes any mutation of what clients send: it never throws, never hangs, and the pieces do not matter',
    () => {
      const random = createRandom(seed);
      const outcomes = new Set<string>();
      for (let at = 0; at < cases; at += 1) {
        const text = mutate(random);
        const octets = Buffer.from(text, 'latin1');
        const state = random.pick(states);
        const pieces = 1 + random.below(20);
        try {
          const found = swallow(octets, state, () => random.below(pieces));
          for (const outcome of found) outcomes.add(outcome);
          if (at % 10 === 0) expect(swallow(octets, state, () => octets.length)).toEqual(found);
        } catch (error) {
          throw new Error(`seed ${seed}, case ${at}, ${state}: ${JSON.stringify(text)}`, { cause: error });
        }
      }
      // A corpus that only ever meets one refusal would prove little.
      expect([...outcomes].toSorted()).toEqual(
        ['command', 'literal', 'malformed', 'overflow', 'refused'].toSorted(),
      );
    },
    30_000 + cases,
  );

  it('I4 takes any octets at all', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((octets) => Buffer.from(octets).toString('latin1')),
      fc.constantFrom(...alphabet),
      fc.constantFrom(
        'A ',
        'FETCH ',
        'UID ',
        'SEARCH ',
        'STORE ',
        'APPEND ',
        'LIST ',
        'LOGIN ',
        '1:*',
        'BODY[',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.constantFrom(...states), (pieces, state) => {
        const octets = Buffer.from(pieces.join(''), 'latin1');
        const found = swallow(octets, state, () => 7);
        expect(swallow(octets, state, () => octets.length)).toEqual(found);
      }),
      { numRuns: Math.max(5000, cases / 20) },
    );
  }, 120_000);
});
