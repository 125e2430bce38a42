import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachmentName, checkReferences } from '#domain/attachment/attachment.ts';
import { attachmentLimits } from '#domain/attachment/attachment-limits.ts';

describe('attachmentName', () => {
  it.each([
    ['Báo cáo.docx', 'Báo cáo.docx'],
    ['/etc/passwd', 'passwd'],
    ['C:\\Users\\a\\kế hoạch.pdf', 'kế hoạch.pdf'],
    ['-rf.txt', 'rf.txt'],
    ['con.txt', '_con.txt'],
    ['a\u202efdp.exe', 'afdp.exe'],
    ['  .htaccess', 'htaccess'],
    [`${'dài '.repeat(100)}.pdf`, `${'dài '.repeat(29)}d.pdf`],
  ])('M6 makes of %j the name %j', (given, name) => {
    expect(attachmentName(given)).toBe(name);
  });

  it('M6 gives a bounded name without a path for any text, or refuses it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
        let name: string;
        try {
          name = attachmentName(given);
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad_input' });
          return;
        }
        // eslint-disable-next-line no-control-regex -- they are what must not be there
        expect(name).not.toMatch(/[/\\\u0000-\u001f\u202a-\u202e\u2066-\u2069]|^[.-]/u);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(attachmentLimits.fileNameBytesMax);
        expect(name.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('checkReferences', () => {
  it('refuses a file that is named twice, and too many', () => {
    const one = { id: 'a', role: 'main' } as const;
    expect(() => checkReferences([one, one])).toThrow('bad_input');
    const many = Array.from({ length: 51 }, (_, n) => ({ id: String(n), role: 'main' }) as const);
    expect(() => checkReferences(many)).toThrow('too_many_attachments');
    expect(() => checkReferences(many.slice(1))).not.toThrow();
  });
});
