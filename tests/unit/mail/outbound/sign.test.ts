import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { describe, expect, it } from 'vitest';
import { outgoingOctets } from '#mail/outbound/outgoing-octets.ts';
import { createSigner, type DkimKey } from '#mail/outbound/sign.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const ed25519 = generateKeyPairSync('ed25519');
const now = new Date('2026-03-02T01:00:00Z');
const hourMs = 3_600_000;
const pem = { type: 'pkcs8', format: 'pem' } as const;

const rsaKey: DkimKey = {
  selector: 'r1',
  algorithm: 'rsa-sha256',
  privateKey: rsa.privateKey.export(pem).toString(),
  signsFrom: now,
};
const edKey: DkimKey = {
  selector: 'e1',
  algorithm: 'ed25519-sha256',
  privateKey: ed25519.privateKey.export(pem).toString(),
  signsFrom: now,
};
const records: Readonly<Record<string, string>> = {
  'r1._domainkey.so-yte.binhthuan.example': `v=DKIM1; k=rsa; p=${rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`,
  // The bare key (RFC 8463, section 4).
  'e1._domainkey.so-yte.binhthuan.example': `v=DKIM1; k=ed25519; p=${ed25519.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')}`,
};

const message = outgoingOctets(
  Buffer.from(
    'From: "Sở Y tế" <a@so-yte.binhthuan.example>\r\nTo: <lan@bo.example>\r\nSubject:  Báo   cáo \r\n\ttháng 3 \r\n' +
      'Date: Mon, 02 Mar 2026 08:00:00 +0700\r\nMessage-ID: <1@so-yte.binhthuan.example>\r\n\r\n' +
      'Nội  dung \t\r\n\r\n.\r\n\r\n\r\n',
  ),
);

function sign(bytes: Buffer, keys: readonly DkimKey[] = [rsaKey, edKey]): Promise<Buffer> {
  const keysOf = async (domain: string) => (domain === 'so-yte.binhthuan.example' ? keys : []);
  return createSigner({ keysOf, clock: { now: () => now } })(bytes);
}

/** What another implementation says of each signature. */
async function verdicts(bytes: Buffer, at = now): Promise<readonly string[]> {
  const { results } = await dkimVerify(bytes, {
    curTime: at,
    resolver: async (name: string) => [[records[name] ?? '']],
  });
  return results.map(({ status }) => status.result ?? '');
}

function edited(signed: Buffer, from: string, to: string): Buffer {
  const text = signed.toString('latin1');
  expect(text).toContain(from);
  return Buffer.from(
    text.replace(from, () => to),
    'latin1',
  );
}

describe('createSigner', () => {
  it('signs with RSA and Ed25519, and another implementation agrees', async () => {
    const signed = await sign(message);
    expect(await verdicts(signed)).toEqual(['pass', 'pass']);
    expect(signed.subarray(-message.length)).toEqual(message);
  });

  it('agrees with another implementation on any text', async () => {
    const parts = fc.array(fc.constantFrom('a', ' ', '\t', '\r\n', '.', 'é', '\r\n\r\n', '  \r\n'), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(parts, parts, async (subject, body) => {
        const field = subject.join('').replaceAll(/\r\n/g, '');
        const text = `From: <a@so-yte.binhthuan.example>\r\nSubject:${field}x\r\n\r\n${body.join('')}`;
        expect(await verdicts(await sign(outgoingOctets(Buffer.from(text)), [edKey]))).toEqual(['pass']);
      }),
      { numRuns: 100 },
    );
  });

  it('S19 has no l=, names two weeks as its life, and keeps every line short', async () => {
    const signed = (await sign(message, [rsaKey])).toString('latin1');
    const field = signed.slice(0, signed.indexOf('\r\nFrom:'));
    const seconds = now.getTime() / 1_000;
    expect(field).not.toMatch(/\bl=/);
    expect(field).toContain(`t=${seconds};`);
    expect(field).toContain(`x=${seconds + 14 * 24 * 3_600};`);
    expect(field.split('\r\n').every((line) => line.length <= 78)).toBe(true);
  });

  for (const [what, from, to] of [
    ['a second From', 'From: "', 'From: <evil@x.example>\r\nFrom: "'],
    ['a second Subject', 'Subject:', 'Subject: other\r\nSubject:'],
    ['a Reply-To', 'To: <', 'Reply-To: <evil@x.example>\r\nTo: <'],
    ['a Cc', 'To: <', 'Cc: <evil@x.example>\r\nTo: <'],
    ['a Content-Type', 'To: <', 'Content-Type: text/html\r\nTo: <'],
    ['a MIME-Version', 'To: <', 'MIME-Version: 1.0\r\nTo: <'],
    ['another author', '<a@so-yte', '<b@so-yte'],
    ['more text', '.\r\n', '.\r\nmore\r\n'],
  ] as const) {
    it(`S19 does not survive ${what}`, async () => {
      expect(await verdicts(edited(await sign(message), from, to))).not.toContain('pass');
    });
  }

  it('S19 does not hold after its end', async () => {
    const late = new Date(now.getTime() + 15 * 24 * hourMs);
    expect(await verdicts(await sign(message), late)).not.toContain('pass');
  });

  it('signs with active keys only', async () => {
    const early = { ...rsaKey, signsFrom: new Date(now.getTime() + hourMs) };
    const retired = { ...edKey, retiredAt: now };
    expect(await sign(message, [early, retired])).toEqual(message);
  });

  it('leaves mail of other domains and without author as it is', async () => {
    for (const text of ['From: <a@bo.example>\r\n\r\nx\r\n', 'Subject: x\r\n\r\nx\r\n', 'no header\r\n']) {
      expect((await sign(Buffer.from(text))).toString()).toBe(text);
    }
  });

  it('rejects when a key cannot be used, rather than to send unsigned', async () => {
    await expect(sign(message, [{ ...rsaKey, privateKey: 'broken' }])).rejects.toThrow();
  });
});
