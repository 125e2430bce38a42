import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkDraft,
  directiveCode,
  officialWords,
  type DirectiveDraft,
} from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';

const now = new Date('2016-05-11T01:45:00Z');

function draftWith(parts: Partial<DirectiveDraft> = {}): DirectiveDraft {
  return {
    subject: 'Việc',
    text: 'Nội dung',
    urgency: 'normal',
    recipients: [{ role: 'info', kind: 'everyone' }],
    ...parts,
  };
}

function refusal(draft: DirectiveDraft): string | undefined {
  try {
    checkDraft(draft, now);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(HubError);
    return `${(error as HubError).code} ${(error as HubError).field ?? ''}`;
  }
}

describe('checkDraft', () => {
  it('lets a whole draft pass, up to its limits', () => {
    expect(refusal(draftWith())).toBeUndefined();
    expect(
      refusal(
        draftWith({
          subject: 'a'.repeat(500),
          text: `${'a'.repeat(49_998)}\r\n`,
          dueAt: new Date(now.getTime() + 1),
          acknowledgeWithinMinutes: 43_200,
          recipients: Array.from({ length: 500 }, (_, n) => ({
            role: n === 0 ? 'lead' : 'coord',
            kind: 'person',
            id: String(n),
          })),
        }),
      ),
    ).toBeUndefined();
  });

  it.each<[string, Partial<DirectiveDraft>]>([
    ['line_break_in_field subject', { subject: 'a\r\nBcc: x' }],
    ['line_break_in_field subject', { subject: 'a\nb' }],
    ['line_break_in_field subject', { subject: 'a\0b' }],
    ['line_break_in_field subject', { subject: 'a\tb' }],
    ['line_break_in_field subject', { subject: 'a\u0085b' }],
    ['line_break_in_field subject', { subject: 'a\u2028b' }],
    ['bad_input subject', { subject: '   ' }],
    ['text_too_long subject', { subject: 'a'.repeat(501) }],
    ['bad_input text', { text: '\n ' }],
    ['text_too_long text', { text: 'a'.repeat(100_000) }],
    ['line_break_in_field text', { text: 'a\0b' }],
    ['line_break_in_field text', { text: 'a\u001bb' }],
    ['bad_input dueAt', { dueAt: new Date(Number.NaN) }],
    ['deadline_in_past dueAt', { dueAt: now }],
    ['bad_input acknowledgeWithinMinutes', { acknowledgeWithinMinutes: 0 }],
    ['bad_input acknowledgeWithinMinutes', { acknowledgeWithinMinutes: 1.5 }],
    ['bad_input acknowledgeWithinMinutes', { acknowledgeWithinMinutes: 43_201 }],
    ['no_recipient recipients', { recipients: [] }],
    [
      'too_many_recipients recipients',
      { recipients: Array.from({ length: 501 }, () => ({ role: 'info', kind: 'everyone' }) as const) },
    ],
    [
      'two_leads recipients',
      {
        recipients: [
          { role: 'lead', kind: 'unit', id: 'a' },
          { role: 'lead', kind: 'person', id: 'b' },
        ],
      },
    ],
    ['bad_input recipients', { recipients: [{ role: 'info', kind: 'everyone', id: 'a' }] }],
    ['bad_input recipients', { recipients: [{ role: 'info', kind: 'unit' }] }],
  ])('answers %s', (code, parts) => {
    expect(refusal(draftWith(parts))).toBe(code);
  });

  it('never lets anything through that ends a line in a subject', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.constantFrom('\r', '\n', '\0', '\u2028', '\u2029', '\u0085', '\v', '\f'),
        (text, sign) => {
          expect(refusal(draftWith({ subject: text.slice(0, 20) + sign + text.slice(20) }))).toBe(
            'line_break_in_field subject',
          );
        },
      ),
    );
  });
});

describe('directiveCode', () => {
  it('has six digits and grows past them', () => {
    expect(directiveCode(2016, 123)).toBe('YKCĐ-2016-000123');
    expect(directiveCode(2017, 1_234_567)).toBe('YKCĐ-2017-1234567');
  });

  it('differs for every year and number', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 2000, max: 2100 }), fc.nat()),
        fc.tuple(fc.integer({ min: 2000, max: 2100 }), fc.nat()),
        (one, other) => {
          expect(directiveCode(...one) === directiveCode(...other)).toBe(
            one[0] === other[0] && one[1] === other[1],
          );
        },
      ),
    );
  });
});

describe('officialWords', () => {
  const words = {
    code: 'c',
    subject: 's',
    text: 't',
    urgency: 'normal' as const,
    issuedAt: now,
    issuerAccountId: 'a',
  };
  it('are the same however a letter was composed, and differ where a word differs', () => {
    expect(officialWords({ ...words, subject: 'ế'.normalize('NFD') })).toBe(
      officialWords({ ...words, subject: 'ế'.normalize('NFC') }),
    );
    expect(officialWords({ ...words, subject: 's","t', text: '' })).not.toBe(
      officialWords({ ...words, subject: 's', text: 't' }),
    );
    expect(officialWords({ ...words, dueAt: now })).not.toBe(officialWords(words));
  });
});
