import { describe, expect, it } from 'vitest';

import { HubError } from '#domain/hub-error.ts';
import {
  applyRules,
  checkRule,
  mailRuleLimits,
  type Condition,
  type MailFacts,
  type MailRule,
  type MailRuleDraft,
} from '#domain/mail/mail-rule.ts';
import { flagBit } from '#domain/mail/structure.ts';

const facts: MailFacts = {
  from: 'Lan.Nguyen@vpubnd.binhthuan.example',
  subject: 'Ý kiến  chỉ đạo về phòng chống lụt bão',
  to: ['an@so.binhthuan.example', 'toan-tinh@binhthuan.example'],
  listId: 'Danh sách <ban-tin.binhthuan.example>',
  hasAttachment: true,
  bytes: 5000,
  automatic: false,
};

const rule = (parts: Partial<MailRule> = {}): MailRule => ({
  id: 'r',
  name: 'r',
  enabled: true,
  match: 'all',
  conditions: [],
  actions: [{ kind: 'flag', flag: 'flagged' }],
  stop: false,
  ...parts,
});
const holds = (condition: Condition, of: MailFacts = facts) =>
  applyRules([rule({ conditions: [condition] })], of, 'an') !== undefined;

describe('applyRules', () => {
  it('finds text without marks in any spelling, and text with marks only as it is', () => {
    const subject = (text: string, comparison: 'contains' | 'is' = 'contains') =>
      holds({ field: 'subject', comparison, text });
    expect(
      ['chi dao', 'CHI DAO', 'y kien chi', 'Chỉ Đạo', 'chỉ đạo'.normalize('NFD')].map((t) => subject(t)),
    ).toEqual([true, true, true, true, true]);
    expect(['chị đạo', 'chỉ dao', 'chidao'].map((t) => subject(t))).toEqual([false, false, false]);
    expect(subject('y kien chi dao ve phong chong lut bao', 'is')).toBe(true);
    expect(subject('y kien chi dao', 'is')).toBe(false);
  });

  it('takes text as text, never as a pattern', () => {
    expect(holds({ field: 'subject', comparison: 'contains', text: '.*' })).toBe(false);
    expect(
      holds({ field: 'subject', comparison: 'contains', text: '(a+)+$' }, { ...facts, subject: 'x(a+)+$' }),
    ).toBe(true);
  });

  it('asks who it is from and any of those it is to', () => {
    expect(holds({ field: 'from', comparison: 'is', text: 'lan.nguyen@VPUBND.binhthuan.example' })).toBe(
      true,
    );
    expect(holds({ field: 'to', comparison: 'contains', text: 'toan-tinh@' })).toBe(true);
    expect(holds({ field: 'to', comparison: 'is', text: 'binh@so.binhthuan.example' })).toBe(false);
    const nobody = { ...facts, from: undefined, subject: undefined, to: [] };
    expect(holds({ field: 'from', comparison: 'contains', text: 'lan' }, nobody)).toBe(false);
    expect(holds({ field: 'subject', comparison: 'is', text: 'lan' }, nobody)).toBe(false);
  });

  it('asks about list, attachment, size and whether a program sent it', () => {
    expect(holds({ field: 'list' })).toBe(true);
    expect(holds({ field: 'list', text: 'ban-tin' })).toBe(true);
    expect(holds({ field: 'list', text: 'khac' })).toBe(false);
    expect(holds({ field: 'list' }, { ...facts, listId: undefined })).toBe(false);
    expect(holds({ field: 'hasAttachment', value: false })).toBe(false);
    expect(holds({ field: 'automatic', value: false })).toBe(true);
    expect([
      holds({ field: 'largerThan', bytes: 4999 }),
      holds({ field: 'largerThan', bytes: 5000 }),
    ]).toEqual([true, false]);
  });

  it('wants all conditions or any of them, and none is every message', () => {
    const mixed: Condition[] = [{ field: 'list' }, { field: 'hasAttachment', value: false }];
    expect(applyRules([rule({ match: 'all', conditions: mixed })], facts, 'an')).toBeUndefined();
    expect(applyRules([rule({ match: 'any', conditions: mixed })], facts, 'an')).toBeDefined();
    expect(applyRules([rule({ match: 'any' })], facts, 'an')).toBeDefined();
  });

  it('adds actions up, lets the first that files decide, and stops where a rule says so', () => {
    const placed = applyRules(
      [
        rule({
          actions: [
            { kind: 'keyword', keyword: 'Việc' },
            { kind: 'forward', accountId: 'binh' },
          ],
        }),
        rule({ enabled: false, actions: [{ kind: 'file', path: 'Off' }] }),
        rule({ conditions: [{ field: 'automatic', value: true }], stop: true }),
        rule({
          actions: [
            { kind: 'file', path: 'Archive' },
            { kind: 'keyword', keyword: 'việc' },
          ],
        }),
        rule({
          actions: [
            { kind: 'file', path: 'Trash' },
            { kind: 'flag', flag: 'seen' },
            { kind: 'forward', accountId: 'binh' },
            { kind: 'forward', accountId: 'an' },
          ],
          stop: true,
        }),
        rule({ actions: [{ kind: 'flag', flag: 'flagged' }] }),
      ],
      facts,
      'an',
    );
    expect(placed).toEqual({
      accountId: 'an',
      path: 'Archive',
      flags: flagBit.seen,
      keywords: ['Việc'],
      forwardTo: ['binh'],
    });
  });

  it('gives nothing when no rule applies', () => {
    expect(applyRules([], facts, 'an')).toBeUndefined();
    expect(applyRules([rule({ enabled: false })], facts, 'an')).toBeUndefined();
  });
});

describe('checkRule', () => {
  const draft: MailRuleDraft = {
    name: ' Bản tin ',
    enabled: true,
    match: 'all',
    conditions: [{ field: 'subject', comparison: 'contains', text: 'bản tin' }],
    actions: [{ kind: 'file', path: 'inbox/Bản tin/' }],
    stop: false,
  };
  const codeOf = (parts: Partial<MailRuleDraft>): string => {
    try {
      checkRule({ ...draft, ...parts });
      return 'accepted';
    } catch (error) {
      return error instanceof HubError ? error.code : String(error);
    }
  };

  it('brings names and paths into their one spelling', () => {
    expect(checkRule(draft)).toMatchObject({
      name: 'Bản tin',
      actions: [{ kind: 'file', path: 'INBOX/Bản tin' }],
    });
  });

  it('refuses line breaks and NUL in every text (S9)', () => {
    for (const bad of ['a\r\nb', 'a\nb', 'a\rb', 'a\0b', 'a\u2028b', 'a\u0085b']) {
      const codes = [
        codeOf({ name: bad }),
        codeOf({ conditions: [{ field: 'from', comparison: 'is', text: bad }] }),
        codeOf({ conditions: [{ field: 'list', text: bad }] }),
        codeOf({ actions: [{ kind: 'file', path: bad }] }),
        codeOf({ actions: [{ kind: 'keyword', keyword: bad }] }),
        codeOf({ actions: [{ kind: 'forward', address: bad }] }),
      ];
      expect(codes, JSON.stringify(bad)).toEqual(codes.map(() => 'line_break_in_field'));
    }
  });

  it('refuses what is empty, too long or too much', () => {
    const condition: Condition = { field: 'list' };
    expect(codeOf({ name: '  ' })).toBe('bad_input');
    expect(codeOf({ conditions: [{ field: 'subject', comparison: 'contains', text: ' \u0301 ' }] })).toBe(
      'bad_input',
    );
    expect(codeOf({ name: 'a'.repeat(mailRuleLimits.ruleTextCharactersMax + 1) })).toBe('text_too_long');
    expect(codeOf({ conditions: Array.from({ length: 21 }, () => condition) })).toBe('bad_input');
    expect(codeOf({ conditions: Array.from({ length: 20 }, () => condition) })).toBe('accepted');
    expect(codeOf({ actions: [] })).toBe('bad_input');
    expect(
      codeOf({ actions: Array.from({ length: 11 }, () => ({ kind: 'flag', flag: 'seen' }) as const) }),
    ).toBe('bad_input');
    expect(codeOf({ conditions: [{ field: 'largerThan', bytes: -1 }] })).toBe('bad_input');
    expect(codeOf({ actions: [{ kind: 'file', path: 'a//b' }] })).toBe('mailbox_name_bad');
  });
});
