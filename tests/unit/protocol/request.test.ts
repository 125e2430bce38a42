import { describe, expect, it } from 'vitest';
import { draftOf } from '#protocol/draft.ts';
import { arrivedReport, assignmentCommand, issueCommand, recallCommand } from '#protocol/request.ts';
import { createParser } from '#protocol/validate.ts';
import { isWellFormed } from '#protocol/well-formed.ts';

const id = '00000000-0000-4000-8000-000000000000';
const issue = {
  subject: 'x',
  text: 'x',
  urgency: 'normal',
  recipients: [{ role: 'info', kind: 'unit', id }],
};
const good: readonly (readonly [string, (value: unknown) => unknown, Record<string, unknown>])[] = [
  ['issueCommand', createParser(issueCommand), { key: 'khoa-lenh-1', ...issue }],
  ['recallCommand', createParser(recallCommand), { key: 'khoa-lenh-1', id, reason: 'x' }],
  ['assignmentCommand', createParser(assignmentCommand), { key: 'khoa-lenh-1', id }],
  ['arrivedReport', createParser(arrivedReport), { position: 7 }],
];
const crafted: readonly unknown[] = [
  { $ne: null },
  { __raw: '1=1' },
  [id],
  null,
  true,
  Number.POSITIVE_INFINITY,
  { toString: 'x' },
];

describe.each(good)('the parser of %s', (_name, parse, input) => {
  it('takes what is right', () => {
    expect(parse(input)).toEqual(input);
  });

  it('H12 takes no object where a value belongs, and no field that it does not know', () => {
    for (const field of Object.keys(input))
      for (const value of crafted) expect(() => parse({ ...input, [field]: value })).toThrow('bad_input');
    for (const field of ['accountId', 'actor', 'constructor', 'where'])
      expect(() => parse({ ...input, [field]: 'x' })).toThrow('bad_input');
    for (const value of [...crafted, undefined, 'x', 7, []]) expect(() => parse(value)).toThrow('bad_input');
  });

  it('H12 takes no __proto__ from JSON', () => {
    const withKey: unknown = JSON.parse(`${JSON.stringify(input).slice(0, -1)},"__proto__":{"x":1}}`);
    expect(() => parse(withKey)).toThrow('bad_input');
  });

  it('H14 takes no half of a letter', () => {
    for (const [field, value] of Object.entries(input))
      if (typeof value === 'string')
        expect(() => parse({ ...input, [field]: `${value}\ud800` })).toThrow('bad_input');
  });
});

describe('isWellFormed', () => {
  it('H14 looks into lists, objects and keys', () => {
    expect(isWellFormed({ a: ['🎉', { b: 'đ' }], c: null, d: 1 })).toBe(true);
    for (const value of ['\ud800', ['\udc00'], { a: { b: ['x', 'y\udfff'] } }, { '\ud83c': 1 }])
      expect(isWellFormed(value)).toBe(false);
  });
});

describe('draftOf', () => {
  it('gives the same words in the same order, however the client wrote them', () => {
    const parse = createParser(issueCommand);
    const reordered = {
      recipients: [{ id, kind: 'unit', role: 'info' }],
      urgency: 'normal',
      text: 'x',
      subject: 'x',
    };
    expect(JSON.stringify(draftOf(parse(reordered)))).toBe(JSON.stringify(draftOf(parse(issue))));
  });
});
