import { describe, expect, it } from 'vitest';

import type { MimePart } from '#domain/mail/structure.ts';
import { encodeBodyStructure } from '#mail/imap/fetch/body-structure.ts';

const place = { header: { start: 0, end: 10 }, body: { start: 10, end: 30 } };

function part(fields: Partial<MimePart>): MimePart {
  return { type: 'application', subtype: 'pdf', params: {}, encoding: 'BASE64', ...place, ...fields };
}

describe('encodeBodyStructure', () => {
  it('gives a multipart without parts an empty text, which the grammar demands', () => {
    expect(
      encodeBodyStructure(part({ type: 'multipart', subtype: 'mixed' }), { extended: false, global: true }),
    ).toBe('(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 0 0) "MIXED")');
  });

  it('shows a message that could not be read into as octets', () => {
    expect(
      encodeBodyStructure(part({ type: 'message', subtype: 'rfc822' }), { extended: false, global: true }),
    ).toBe('("APPLICATION" "OCTET-STREAM" NIL NIL NIL "BASE64" 20)');
  });

  it('writes every extension field, and Vietnamese names as literals', () => {
    const whole = part({
      params: { name: 'đ.pdf' },
      id: '<1@x>',
      description: 'a "b"',
      md5: 'x',
      disposition: { type: 'attachment', params: { filename: 'a' } },
      language: ['vi', 'en'],
      location: 'y',
    });
    const name = `{6}\r\n${Buffer.from('đ.pdf').toString('latin1')}`;
    expect(encodeBodyStructure(whole, { extended: true, global: true })).toBe(
      `("APPLICATION" "PDF" ("NAME" ${name}) "<1@x>" "a \\"b\\"" "BASE64" 20 "x"` +
        ' ("ATTACHMENT" ("FILENAME" "a")) ("vi" "en") "y")',
    );
  });
});
