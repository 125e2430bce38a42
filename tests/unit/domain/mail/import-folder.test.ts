import { describe, expect, it } from 'vitest';
import { importedPath, targetsOf } from '#domain/mail/import-folder.ts';
import type { SpecialUse } from '#domain/mail/structure.ts';

const ownPaths = new Map<SpecialUse, string>([
  ['\\Sent', 'Sent'],
  ['\\Drafts', 'Drafts'],
  ['\\Trash', 'Trash'],
]);
const none = new Map<string, string>();

describe('importedPath', () => {
  it('leaves the names of others’ mailboxes to them', () => {
    expect(importedPath('Shared/vanthu@snv.binhthuan.example/INBOX')).toBe(
      'Own Shared/vanthu@snv.binhthuan.example/INBOX',
    );
    expect(importedPath('Other Users')).toBe('Own Other Users');
    expect(importedPath('Shared plans')).toBe('Shared plans');
  });
});

describe('targetsOf', () => {
  it('believes the source before a name, and takes children along', () => {
    const folders = [{ path: 'Sent' }, { path: 'Gửi', specialUse: '\\Sent' }, { path: 'Gửi/2015' }];
    expect([...targetsOf(folders, { ownPaths, folderMap: none }).values()]).toEqual([
      'Sent',
      'Sent',
      'Sent/2015',
    ]);
  });

  it('knows the names of mail programs, once for each use, also below INBOX', () => {
    const folders = ['Đã gửi', 'Sent Items', 'INBOX/Drafts', 'THÙNG RÁC'].map((path) => ({ path }));
    expect([...targetsOf(folders, { ownPaths, folderMap: none }).values()]).toEqual([
      'Sent',
      'Sent Items',
      'Drafts',
      'Trash',
    ]);
  });

  it('leaves out what shows other folders, unless the administrator wants it', () => {
    const folders = [{ path: 'All Mail', specialUse: '\\All' }];
    expect(targetsOf(folders, { ownPaths, folderMap: none }).get('All Mail')).toBeUndefined();
    const folderMap = new Map([['All Mail', 'Cũ']]);
    expect(targetsOf(folders, { ownPaths, folderMap }).get('All Mail')).toBe('Cũ');
  });
});
