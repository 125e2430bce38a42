import { describe, expect, it } from 'vitest';

import {
  accessTo,
  groupModerations,
  groupSourceOf,
  groupWriters,
  ownAddress,
  writtenAddress,
  type GroupStanding,
} from '#domain/mail/mail-group.ts';

const nobody: GroupStanding = {
  signedIn: false,
  nullSender: false,
  member: false,
  listed: false,
  moderator: false,
};
const signedIn = { ...nobody, signedIn: true };
const people: Readonly<Record<string, GroupStanding>> = {
  'the null sender': { ...nobody, nullSender: true },
  'a stranger': nobody,
  'somebody here': signedIn,
  'a member': { ...signedIn, member: true },
  'a listed writer': { ...signedIn, listed: true },
  'a moderator': { ...signedIn, moderator: true },
};

/** For each of `people`: o open, m moderated, - closed. */
function column(
  writers: (typeof groupWriters)[number],
  moderation: (typeof groupModerations)[number],
): string {
  const letters = { open: 'o', moderated: 'm', closed: '-' };
  return Object.values(people)
    .map((standing) => letters[accessTo({ writers, moderation }, standing)])
    .join('');
}

describe('accessTo', () => {
  it('decides for every kind of writer by the rules of the group', () => {
    const table = groupWriters.map((writers) => [
      writers,
      ...groupModerations.map((moderation) => column(writers, moderation)),
    ]);
    expect(table).toEqual([
      ['anyone', 'oooooo', 'mmmomo', 'mmmmmo'],
      ['province', '--oooo', '--momo', '--mmmo'],
      ['members', '---o-o', '---o-o', '---m-o'],
      ['listed', '----oo', '----mo', '----mo'],
    ]);
  });
});

describe('groupSourceOf', () => {
  it('takes what each kind needs', () => {
    const unit = '0e1f0000-0000-4000-8000-00000000ABCD';
    expect(groupSourceOf('list')).toEqual({ kind: 'list' });
    expect(groupSourceOf('everyone')).toEqual({ kind: 'everyone' });
    expect(groupSourceOf('organ', unit)).toEqual({ kind: 'organ', value: unit.toLowerCase() });
    expect(groupSourceOf('level', 'commune')).toEqual({ kind: 'level', value: 'commune' });
    expect(groupSourceOf('authority', 'clerk')).toEqual({ kind: 'authority', value: 'clerk' });
  });

  it.each([
    ['list', 'x'],
    ['everyone', ''],
    ['organ', undefined],
    ['organ', 'H01'],
    ['level', 'village'],
    ['authority', 'king'],
    ['__proto__', undefined],
  ])('refuses %s with %s', (kind, value) => {
    expect(() => groupSourceOf(kind, value)).toThrow('bad_input');
  });
});

describe('ownAddress', () => {
  it('gives an address its one spelling', () => {
    expect(ownAddress('  Toan-Tinh@Hub.BinhThuan.example ', 'address')).toBe(
      'toan-tinh@hub.binhthuan.example',
    );
    expect(ownAddress('Chỉ.Đạo@hub.binhthuan.example'.normalize('NFD'), 'address')).toBe(
      'chỉ.đạo@hub.binhthuan.example'.normalize('NFC'),
    );
  });

  it.each([
    'a+b@hub.example',
    'a',
    '@hub.example',
    'a@',
    'a@hub',
    'a@[127.0.0.1]',
    '.a@hub.example',
    'a..b@hub.example',
    '"a b"@hub.example',
    'a b@hub.example',
    'a\r\nb@hub.example',
    'a\u202eb@hub.example',
    'a\u200bb@hub.example',
    'a@b@hub.example',
    `${'a'.repeat(65)}@hub.example`,
    `a@${'b.'.repeat(130)}example`,
  ])('S9 refuses %j', (text) => {
    expect(() => ownAddress(text, 'address')).toThrow('bad_input');
  });
});

describe('writtenAddress', () => {
  it('lets an outside address have a tag', () => {
    expect(writtenAddress('lan+tin@ngoai.example', 'members')).toBe('lan+tin@ngoai.example');
  });

  it('S9 refuses a text of a million characters without looking at all of it', () => {
    expect(() => writtenAddress('@.'.repeat(500_000), 'members')).toThrow('bad_input');
  });
});
