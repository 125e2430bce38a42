import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { describe, expect, it } from 'vitest';
import { docxOf, mailWith, odtOf, pdfOf, xlsxOf, zipOf } from '#support/file-samples.ts';
import { signInTo } from '#support/hub-client.ts';
import { runHub, type HubProcess } from '#support/hub-process.ts';
import { sendBy, submitTo } from '#support/send-mail.ts';
import { demoPassword, leader, official } from '#support/start-test-hub.ts';
import { tempDataFolder } from '#support/temp-folder.ts';
import { uploadTo } from '#support/upload.ts';

interface Sample {
  readonly what: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** A file that bears a stamp, of every kind that has a text layer. */
function samples(door: string): readonly Sample[] {
  const mark = (kind: string) => `dau-${door}-${kind}`;
  const of = (what: string, name: string, type: string, bytes: Buffer): Sample => ({
    what,
    name,
    type,
    bytes,
  });
  const docx = docxOf(mark('docx'), 'TỐI MẬT');
  const mail = mailWith(mark('eml'), { name: 'a.docx', type: 'application/octet-stream', bytes: docx });
  return [
    of('a PDF', 'a.pdf', 'application/pdf', pdfOf('MẬT', mark('pdf'))),
    of('a Word document', 'a.docx', 'application/octet-stream', docx),
    of('a workbook', 'a.xlsx', 'application/octet-stream', xlsxOf(mark('xlsx'), 'Độ mật: Mật')),
    of(
      'an OpenDocument text, decomposed',
      'a.odt',
      'application/octet-stream',
      odtOf(mark('odt'), 'TUYỆT MẬT'.normalize('NFD')),
    ),
    of('an archive in an archive', 'a.zip', 'application/zip', zipOf([['b.zip', zipOf([['c.docx', docx]])]])),
    of('a mail with a document', 'a.eml', 'application/octet-stream', mail),
    of('a text', 'a.txt', 'application/octet-stream', Buffer.from(`${mark('txt')}\nMẬT\n`)),
  ];
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  const paths = names.map((name) => join(folder, name));
  const facts = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return paths.filter((_path, index) => facts[index]?.isFile() === true);
}

/** Files of the data folder that hold any of the needles: PostgreSQL's, its log of writes, the spool, the hub's own. */
async function holding(folder: string, needles: readonly Buffer[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of await filesBelow(folder)) {
    const content = await readFile(path);
    if (needles.some((needle) => content.includes(needle))) found.push(path);
  }
  return found;
}

/** Octets from the middle of a sample, as they are and as mail carries them. */
function needlesOf({ bytes }: Sample): readonly Buffer[] {
  const middle = Math.floor(bytes.length / 6) * 3;
  const line = bytes.toString('base64').slice(76, 116);
  return [bytes.subarray(middle, middle + 24), ...(line.length === 40 ? [Buffer.from(line)] : [])];
}

async function stopped(hub: HubProcess): Promise<void> {
  hub.signal('SIGTERM');
  expect(await hub.exited).toBe(0);
}

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'taken',
    (error: unknown) => {
      const { responseCode, serverResponseCode, message } = error as Error & {
        responseCode?: number;
        serverResponseCode?: string;
      };
      return String(responseCode ?? serverResponseCode ?? message);
    },
  );
}

describe('the secret guard', () => {
  it('R10 refuses every stamped file at every door, and not one octet of them is in the data folder', async () => {
    const folder = await tempDataFolder();
    const hub = runHub(folder);
    const { url, ports } = await hub.ready();
    const client = await signInTo({ url }, leader);
    const taken: Record<string, string> = {};
    const needles: Buffer[] = [];
    const remember = (door: string, sample: Sample, answer: string) => {
      taken[`${door}: ${sample.what}`] = answer;
      needles.push(Buffer.from(`dau-${door}-`), ...needlesOf(sample));
    };
    const attached = ({ name, type, bytes }: Sample) => [
      { filename: name, contentType: type, content: bytes },
    ];
    for (const sample of samples('mx'))
      remember(
        'mx',
        sample,
        await refusal(
          sendBy(ports.smtp, {
            from: 'a@ngoai.example',
            to: [official],
            subject: 'Bao cao',
            attachments: attached(sample),
          }),
        ),
      );
    for (const sample of samples('gui'))
      remember(
        'gui',
        sample,
        await refusal(
          submitTo(
            { ports },
            { from: leader, to: [official], subject: 'Bao cao', attachments: attached(sample) },
          ),
        ),
      );
    const imap = new ImapFlow({
      host: '127.0.0.1',
      port: ports.imaps,
      secure: true,
      tls: { rejectUnauthorized: false },
      auth: { user: leader, pass: demoPassword },
      logger: false,
    });
    await imap.connect();
    for (const sample of samples('imap'))
      remember('imap', sample, await refusal(imap.append('INBOX', mailWith('Kính gửi', sample))));
    await imap.logout();
    for (const sample of samples('http'))
      remember(
        'http',
        sample,
        String((await uploadTo({ url }, client, sample.name, sample.bytes)).body.code),
      );
    // What is not refused is there: the search finds what it looks for.
    const kept = docxOf('Quy chế bảo mật và mật khẩu, mật độ, thân mật');
    expect((await uploadTo({ url }, client, 'a.docx', kept)).status).toBe(201);
    await stopped(hub);
    expect(
      Object.entries(taken).filter(([, answer]) => !/^(?:550|CANNOT|secret_content)$/u.test(answer)),
    ).toEqual([]);
    expect(Object.keys(taken)).toHaveLength(28);
    expect(await holding(folder, [kept.subarray(200, 240)])).not.toEqual([]);
    expect(await holding(folder, needles)).toEqual([]);
  });
});
