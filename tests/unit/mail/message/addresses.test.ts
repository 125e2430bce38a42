import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, parseAddresses } from '#mail/message/addresses.ts';

const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

describe('parseAddresses', () => {
  const table: readonly [text: string, entries: readonly object[]][] = [
    ['a@b.example', [{ mailbox: 'a', host: 'b.example' }]],
    ['Sở Nội vụ <snv@b.example>', [{ name: 'Sở Nội vụ', mailbox: 'snv', host: 'b.example' }]],
    ['"Nguyễn, Văn A" <a@b>', [{ name: 'Nguyễn, Văn A', mailbox: 'a', host: 'b' }]],
    ['a@b (Trần Thị B)', [{ name: 'Trần Thị B', mailbox: 'a', host: 'b' }]],
    ['<a@b> (sau)', [{ name: 'sau', mailbox: 'a', host: 'b' }]],
    ['=?utf-8?Q?boss=40x?= <a@b>', [{ name: '=?utf-8?Q?boss=40x?=', mailbox: 'a', host: 'b' }]],
    ['"boss@binhthuan.example" <a@evil>', [{ name: 'boss@binhthuan.example', mailbox: 'a', host: 'evil' }]],
    ['boss@binhthuan.example <a@evil>', [{ name: 'boss@binhthuan.example', mailbox: 'a', host: 'evil' }]],
    ['"a b"@c', [{ mailbox: 'a b', host: 'c' }]],
    [String.raw`"a\"b"@c`, [{ mailbox: 'a"b', host: 'c' }]],
    ['a@[192.0.2.1]', [{ mailbox: 'a', host: '[192.0.2.1]' }]],
    ['<@r1,@r2:a@b>', [{ route: '@r1,@r2', mailbox: 'a', host: 'b' }]],
    ['a @ b . example', [{ mailbox: 'a', host: 'b.example' }]],
    [
      'nhóm: a@b, c@d;, e@f',
      [
        { mailbox: 'nhóm' },
        { mailbox: 'a', host: 'b' },
        { mailbox: 'c', host: 'd' },
        {},
        { mailbox: 'e', host: 'f' },
      ],
    ],
    ['Nơi nhận:;', [{ mailbox: 'Nơi nhận' }, {}]],
    ['nhóm: a@b', [{ mailbox: 'nhóm' }, { mailbox: 'a', host: 'b' }, {}]],
    [
      'a@b; c@d',
      [
        { mailbox: 'a', host: 'b' },
        { mailbox: 'c', host: 'd' },
      ],
    ],
    [' , ,, a@b,', [{ mailbox: 'a', host: 'b' }]],
    ['văn thư', [{ mailbox: 'văn thư', host: '' }]],
    ['<>', [{ mailbox: '', host: '' }]],
    [
      'A <a@b, c@d',
      [
        { name: 'A', mailbox: 'a', host: 'b' },
        { mailbox: 'c', host: 'd' },
      ],
    ],
    ['', []],
    ['(chỉ chú thích)', []],
  ];
  for (const [text, entries] of table) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(parseAddresses(octets(text))).toEqual(entries);
    });
  }

  it('never throws and stops at 10,000 entries', () => {
    expect(parseAddresses('a@b,'.repeat(25_000)).length).toBeLessThanOrEqual(10_001);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a@<>,;:"\\(). []'.split('')) }), (text) => {
        parseAddresses(text).forEach(addressOf);
      }),
    );
  });
});

describe('addressOf', () => {
  it('quotes a local part that is no atom, so that it cannot pass for another address (S20)', () => {
    expect(addressOf({ mailbox: 'boss@binhthuan.example', host: 'EVIL.example' })).toBe(
      '"boss@binhthuan.example"@evil.example',
    );
    expect(addressOf({ mailbox: 'a"b', host: 'c' })).toBe(String.raw`"a\"b"@c`);
  });

  it('has none for group marks and scraps', () => {
    expect([addressOf({}), addressOf({ mailbox: 'nhóm' }), addressOf({ mailbox: 'a', host: '' })]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
