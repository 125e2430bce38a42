import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { commands } from '#mail/imap/commands/table.ts';
import { parseCommand } from '#mail/imap/grammar/parse-command.ts';
import { defaultImapLimits } from '#mail/imap/imap-limits.ts';
import type { SessionState } from '#mail/imap/session.ts';

function answer(text: string, state: SessionState = 'selected', literals: readonly string[] = []): string {
  const texts = text.split('~').map((piece) => Buffer.from(piece));
  const octets = { texts, literals: literals.map((literal) => Buffer.from(literal)) };
  const parsed = parseCommand(octets, { state, speaksUtf8: false }, defaultImapLimits);
  if (parsed.type === 'command') return parsed.command.name;
  const { status, code, message } = parsed.refusal;
  return `${parsed.tag ?? '*'} ${status} ${code === undefined ? '' : `[${code}] `}${message}`;
}

describe('parseCommand', () => {
  it.each([
    'a NOOP',
    'a fetch 1:*,3 (FLAGS BODY.PEEK[HEADER.FIELDS (From "To")]<0.100> BODY[1.2.MIME] RFC822.SIZE) (CHANGEDSINCE 3)',
    'a UID FETCH 5:* ALL',
    'a STORE 1 +FLAGS.SILENT (\\Seen $Forwarded)',
    'a UID STORE 1:2 (UNCHANGEDSINCE 12) -FLAGS \\Deleted \\flagged',
    'a SEARCH CHARSET utf-8 OR (FROM a NOT SEEN) 1:3,* UID 7 HEADER X-Y "" SINCE 1-Feb-2026',
    'a UID SEARCH RETURN (MIN COUNT) MODSEQ "/flags/\\\\draft" all 12',
    'a SELECT INBOX (CONDSTORE)',
    'a LIST "" box/%',
    'a LIST (SUBSCRIBED RECURSIVEMATCH) "" ("a" %) RETURN (CHILDREN STATUS (UNSEEN))',
    'a CREATE Archive2 (USE (\\Archive))',
    'a STATUS INBOX (MESSAGES SIZE HIGHESTMODSEQ)',
    'a ID ("name" "x" "version" NIL)',
    'a MOVE 1 Trash',
    'a COPY 1:2 "Ch&Hsk- &AREeoQ-o"',
  ])('reads %s', (text) => expect(commands.has(answer(text))).toBe(true));

  it.each([
    ['', '* BAD The tag is missing'],
    ['a', 'a BAD A space is missing'],
    ['a  NOOP', 'a BAD Expected a word'],
    ['a NOOP ', 'a BAD Unexpected text after the command'],
    ['a JUMP', 'a BAD Unknown command'],
    ['a+b NOOP', 'a BAD A space is missing'],
    ['a FETCH 0 FLAGS', 'a BAD Zero is not a message number'],
    ['a FETCH 4294967296 FLAGS', 'a BAD The number is too large'],
    ['a FETCH 1 (FLAGS', 'a BAD A space is missing'],
    ['a FETCH 1 ()', 'a BAD The list is empty'],
    ['a FETCH 1 BODY[MIME]', 'a BAD MIME needs a part number'],
    ['a FETCH 1 BODY[]<0.0>', 'a BAD A partial of no octets'],
    ['a STORE 1 FLAGS (\\Recent)', 'a BAD No such system flag'],
    ['a SEARCH BEFORE 31-Feb-2026', 'a BAD Bad date'],
    ['a SEARCH CHARSET KOI8-R ALL', 'a NO [BADCHARSET (UTF-8 US-ASCII)] The charset is not known'],
    ['a CREATE x (USE (\\All))', 'a NO [USEATTR] No such special use'],
    ['a SELECT "R&D"', 'a BAD The mailbox name is not modified UTF-7'],
  ])('answers %j with %s', (text, expected) => expect(answer(text)).toBe(expected));

  it.each([
    ['a SELECT "a\\b"', 'a BAD Bad quoted pair'],
    ['a SELECT "a', 'a BAD The quoted string does not end'],
    ['a SELECT "a\\"', 'a BAD The quoted string does not end'],
    ['a SELECT "Chỉ đạo"', 'a BAD 8-bit characters need a literal'],
  ])('I4 answers %j with %s', (text, expected) => expect(answer(text)).toBe(expected));

  it('I3 stops at the nesting limit, with parentheses and with words', () => {
    const deep = (count: number, open: string, close: string): string =>
      `a SEARCH ${open.repeat(count)}ALL${close.repeat(count)}`;
    expect(answer(deep(50, '(', ')'))).toBe('SEARCH');
    expect(answer(deep(51, '(', ')'))).toBe('a BAD Nested too deeply');
    expect(answer(deep(5000, 'NOT ', ''))).toMatch(/^a BAD /);
    expect(answer(deep(51, 'NOT ', ''))).toBe('a BAD Nested too deeply');
    expect(answer(`a SEARCH ${'OR '.repeat(5000)}ALL`)).toMatch(/^a BAD /);
  });

  it('I3 reads no arguments of commands that a stranger may not give', () => {
    expect(answer(`a SEARCH ${'('.repeat(60)}`, 'not_authenticated')).toBe('a BAD Sign in first');
    expect(answer('a ID (("a" "b"))', 'not_authenticated')).toMatch(/^a BAD /);
    expect(answer('a LOGIN ((a b))', 'not_authenticated')).toMatch(/^a BAD /);
  });

  it('knows which command belongs to which state', () => {
    expect(answer('a LOGIN x y', 'authenticated')).toBe('a BAD Already signed in');
    expect(answer('a FETCH 1 FLAGS', 'authenticated')).toBe('a BAD Select a mailbox first');
  });

  it('I8 takes a thousand ranges and no more', () => {
    const set = (count: number): string => Array.from({ length: count }, (_, at) => 2 * at + 1).join(',');
    expect(answer(`a FETCH ${set(1000)} FLAGS`)).toBe('FETCH');
    expect(answer(`a FETCH ${set(1001)} FLAGS`)).toBe('a BAD The sequence set has too many ranges');
  });

  it('takes literals where strings stand', () => {
    expect(answer('a LOGIN ~ ~', 'not_authenticated', ['bob', 'p"\\'])).toBe('LOGIN');
    expect(answer('a APPEND INBOX (\\Seen) " 1-Feb-2026 08:30:00 +0700" ~', 'selected', ['x'])).toBe(
      'APPEND',
    );
    expect(answer('a APPEND INBOX "not a date" ~', 'selected', ['x'])).toBe('a BAD Bad date and time');
    expect(answer('a NOOP~', 'selected', ['x'])).toBe('a BAD Unexpected text after the command');
  });

  it('I4 never throws and never hangs, whatever the octets', () => {
    const words = [
      ...commands.keys(),
      '1:*',
      '(',
      ')',
      '"',
      '\\',
      '[',
      ']',
      '<0.1>',
      '{',
      '}',
      '%',
      '*',
      'NIL',
    ];
    const more = [
      'BODY[',
      'HEADER.FIELDS',
      'RETURN',
      'CHARSET',
      'FLAGS',
      'NOT',
      'OR',
      '\\Seen',
      '~',
      '&',
      '-',
      '\0',
    ];
    const piece = fc.oneof(
      fc.constantFrom(...words, ...more),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.nat().map(String),
    );
    const line = fc.tuple(
      fc.constantFrom('a', ''),
      fc.array(piece, { maxLength: 12 }),
      fc.constantFrom(' ', ''),
    );
    fc.assert(
      fc.property(
        line,
        fc.constantFrom<SessionState>('not_authenticated', 'selected'),
        ([tag, pieces, gap], state) => {
          const text = `${tag} ${pieces.join(gap)}`;
          answer(text, state, ['literal', 'đạo']);
        },
      ),
      { numRuns: 2000 },
    );
  }, 30_000);
});
