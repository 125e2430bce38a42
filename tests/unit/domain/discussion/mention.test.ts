import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorities } from '#domain/organisation/organisation.ts';
import { mentionsIn, mentionToken, spokenText, type MentionTarget } from '#domain/discussion/mention.ts';

const target: fc.Arbitrary<MentionTarget> = fc.oneof(
  fc.record({ kind: fc.constantFrom('person' as const, 'unit' as const), id: fc.uuid() }),
  fc.record({
    kind: fc.constant('role' as const),
    id: fc.uuid(),
    authority: fc.constantFrom(...authorities),
  }),
);

describe('mentionsIn', () => {
  it('finds each token once, in order, among any words', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), target), { maxLength: 5 }), (parts) => {
        const text = parts.map(([words, who]) => `${words} ${mentionToken(who)}`).join(' ');
        const tokens = parts.map(([, who]) => mentionToken(who));
        expect(mentionsIn(text).map(mentionToken)).toEqual([...new Set(tokens)]);
      }),
    );
  });

  it.each([
    '<@person:1>',
    '@Nguyễn Văn An',
    '<@group:6f1c1f9c-0000-4000-8000-000000000000>',
    '<@role:6f1c1f9c-0000-4000-8000-000000000000>',
    '<@role:6f1c1f9c-0000-4000-8000-000000000000/emperor>',
    '<@PERSON:6f1c1f9c-0000-4000-8000-000000000000>',
  ])('takes %s for words', (text) => expect(mentionsIn(text)).toEqual([]));
});

describe('spokenText', () => {
  it('reads a mention as the name it had', () => {
    const who = { kind: 'person', id: '6f1c1f9c-0000-4000-8000-000000000000' } as const;
    const text = `Mời ${mentionToken(who)} họp`;
    expect(spokenText(text, [{ ...who, name: 'Trần Thị Bình' }])).toBe('Mời @Trần Thị Bình họp');
  });
});
