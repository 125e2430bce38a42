import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  canonicalMailboxPath,
  parentPaths,
  isForeignPath,
  parseForeignPath,
} from '#domain/mail/mailbox-path.ts';

const refusal = expect.objectContaining({ code: 'mailbox_name_bad' });

function refusalOf(name: string): unknown {
  try {
    return canonicalMailboxPath(name);
  } catch (error) {
    return error;
  }
}

describe('canonicalMailboxPath', () => {
  it.each([
    ['inbox', 'INBOX'],
    ['InBox/x', 'INBOX/x'],
    ['x/inbox', 'x/inbox'],
    ['a/b/', 'a/b'],
    ['Chỉ đạo'.normalize('NFD'), 'Chỉ đạo'.normalize('NFC')],
    ['../..', '../..'],
  ])('spells %j as %j', (name, path) => {
    expect(canonicalMailboxPath(name)).toBe(path);
  });

  it.each([
    '',
    '/',
    '/a',
    'a//b',
    'a//',
    'a\0b',
    'a\r\nb',
    '\u0085',
    '\u2028',
    '\u202eb',
    '\ud800',
    'x'.repeat(201),
  ])('refuses %j', (name) => {
    expect(refusalOf(name)).toEqual(refusal);
  });

  it('leaves its own spelling as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const path = refusalOf(name);
        if (typeof path === 'string') expect(canonicalMailboxPath(path)).toBe(path);
      }),
    );
  });
});

describe('parentPaths', () => {
  it('names the mailboxes above, outermost first', () => {
    expect(parentPaths('a/b/c')).toEqual(['a', 'a/b']);
    expect(parentPaths('a')).toEqual([]);
  });
});

describe('parseForeignPath', () => {
  it('takes a name of another account apart, with the spelling that it has there', () => {
    expect(parseForeignPath('Shared/Van.Thu@snv.binhthuan.example/inbox/2016')).toEqual({
      namespace: 'Shared',
      address: 'van.thu@snv.binhthuan.example',
      path: 'INBOX/2016',
    });
    expect(isForeignPath('Other Users/a@b/x')).toBe(true);
    expect(isForeignPath('Sharedness')).toBe(false);
  });

  it('refuses what names no mailbox', () => {
    for (const name of [
      'Shared',
      'Shared/',
      'Shared/a@b',
      'Shared/office/INBOX',
      'Shared/a@b//x',
      'INBOX/a@b/x',
    ])
      expect(() => parseForeignPath(name), name).toThrow(
        expect.objectContaining({ code: 'mailbox_name_bad' }),
      );
  });
});
