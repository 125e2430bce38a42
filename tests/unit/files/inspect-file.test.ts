import { describe, expect, it } from 'vitest';
import { createInspectPool } from '#files/inspect-pool.ts';
import { inspectFile } from '#files/inspect-file.ts';
import { docxOf, mailWith, odtOf, pdfOf, picture, program, xlsxOf, zipOf } from '#support/file-samples.ts';

const parts = { readMessage: () => ({ text: '', files: [] }) };
const inspect = (name: string, bytes: Buffer) => inspectFile(parts, name, bytes);

describe('inspectFile', () => {
  it.each([
    ['a.pdf', pdfOf('Kế hoạch phòng chống hạn', 'Trạm bơm')],
    ['a.docx', docxOf('Kế hoạch phòng chống hạn', 'Trạm bơm')],
    ['a.xlsx', xlsxOf('Kế hoạch phòng chống hạn', 'Trạm bơm')],
    ['a.odt', odtOf('Kế hoạch phòng chống hạn', 'Trạm bơm')],
    ['a.txt', Buffer.from('Kế hoạch phòng chống hạn\nTrạm bơm')],
    ['a.txt', Buffer.from('\ufeffKế hoạch phòng chống hạn\nTrạm bơm', 'utf16le')],
    ['a.html', Buffer.from('<p>Kế hoạch phòng <b>chống</b> hạn</p><div>Trạm bơm</div>')],
    ['a.zip', zipOf([['b/c.docx', docxOf('Kế hoạch phòng chống hạn', 'Trạm bơm')]])],
  ])('reads the text layer of %s line by line', async (name, bytes) => {
    const { text, stamp, flags } = await inspect(name, bytes);
    expect(
      text
        .replaceAll('\ufeff', '')
        .split('\n')
        .filter((line) => line !== ''),
    ).toEqual(['Kế hoạch phòng chống hạn', 'Trạm bơm']);
    expect({ stamp, flags }).toEqual({ stamp: undefined, flags: [] });
  });

  it.each([
    ['a PDF', 'a.pdf', pdfOf('MẬT', 'Kế hoạch')],
    ['a Word document', 'a.docx', docxOf('Kế hoạch', 'TỐI MẬT')],
    ['a Word document, decomposed', 'a.docx', docxOf('TUYỆT MẬT'.normalize('NFD'))],
    ['a workbook', 'a.xlsx', xlsxOf('Số', 'Độ mật: Tối mật')],
    ['an OpenDocument text', 'a.odt', odtOf('MẬT')],
    ['a file without extension', 'a', docxOf('MẬT')],
    ['a document in an archive in an archive', 'a.zip', zipOf([['b.zip', zipOf([['c.odt', odtOf('MẬT')]])]])],
    [
      'a document inside a document',
      'a.docx',
      zipOf([
        ['word/document.xml', '<p/>'],
        ['word/embeddings/b.xlsx', xlsxOf('MẬT')],
      ]),
    ],
  ])('finds the stamp in %s', async (_what, name, bytes) => {
    expect((await inspect(name, bytes)).stamp).toMatch(/MẬT$/u);
  });

  it('M4 stops at an archive that unpacks to too much, and says so', async () => {
    const bomb = zipOf([['a.txt', Buffer.alloc(40_000_000, 'a')]]);
    expect(bomb.length).toBeLessThan(100_000);
    expect(await inspect('a.zip', bomb)).toMatchObject({ beyondLimits: true, flags: ['unread'] });
    let nested = zipOf([['a.txt', 'x']]);
    for (let depth = 0; depth < 8; depth += 1) nested = zipOf([['b.zip', nested]]);
    expect(await inspect('a.zip', nested)).toMatchObject({ beyondLimits: true });
  });

  it('M4 counts the files of all archives together', async () => {
    const many = zipOf(Array.from({ length: 1200 }, (_, n) => [`${n}.txt`, 'x'] as const));
    expect(await inspect('a.zip', many)).toMatchObject({ beyondLimits: false });
    expect(
      await inspect(
        'a.zip',
        zipOf([
          ['b.zip', many],
          ['c.zip', many],
        ]),
      ),
    ).toMatchObject({ beyondLimits: true });
  });

  it('M8 marks what is locked and what carries macros', async () => {
    expect((await inspect('a.zip', zipOf([['a.txt', 'x']], { locked: true }))).flags).toEqual(['encrypted']);
    const macro = zipOf([
      ['word/document.xml', '<p/>'],
      ['word/vbaProject.bin', 'x'],
    ]);
    expect(await inspect('a.docm', macro)).toMatchObject({
      flags: ['macro'],
      found: { mediaType: 'application/vnd.ms-word.document.macroenabled.12' },
    });
  });

  it('expands no entity and follows no nesting without end', async () => {
    const laughs = `<!DOCTYPE p [<!ENTITY a "${'ha'.repeat(1000)}"><!ENTITY b "&a;&a;&a;">]><p>x&b;</p>`;
    const { text } = await inspect('a.docx', zipOf([['word/document.xml', laughs]]));
    expect(text.length).toBeLessThan(10);
    const deep = '<p>'.repeat(100_000);
    expect(await inspect('a.docx', zipOf([['word/document.xml', deep]]))).toMatchObject({
      flags: ['unread'],
    });
  });

  it('tells a program and a picture by their content', async () => {
    expect((await inspect('a.pdf', program)).found).toMatchObject({ isText: false });
    expect((await inspect('a', picture)).found).toEqual({ mediaType: 'image/png', isText: false });
  });
});

describe('createInspectPool', { timeout: 30_000 }, () => {
  const open = (program: string, withinMs = 20_000) =>
    createInspectPool({ program: new URL(program, import.meta.url), withinMs });

  it('looks into mail with its files in the hub’s own thread', async () => {
    const pool = open('../../../src/start/inspect-worker.ts');
    const mail = mailWith('Kính gửi', { name: 'a.docx', type: 'application/zip', bytes: docxOf('MẬT') });
    expect(await pool.inspectBytes('a.eml', mail)).toMatchObject({ stamp: 'MẬT' });
    expect(await pool.inspectBytes('b.zip', zipOf([['c.eml', mail]]))).toMatchObject({ stamp: 'MẬT' });
    expect(await pool.inspectBytes('a.eml', mailWith('Kính gửi'))).toMatchObject({ stamp: undefined });
    await pool.close();
  });

  it('F16 answers undefined for a file that is too slow, and looks into the next', async () => {
    const pool = open('../../support/poison-worker.ts', 300);
    expect(await pool.inspectBytes('a', Buffer.from('Hang'))).toBeUndefined();
    expect(pool.restarts).toBeLessThanOrEqual(1);
    await pool.close();
  });
});
