import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { describe, expect, it } from 'vitest';
import {
  characterStrings,
  type DnsRecord,
  domainRecords,
  recordPurposes,
  zoneText,
} from '#domain/mail/domain-records.ts';
import type { DkimPublicKey } from '#domain/mail/dkim-key.ts';
import type { MailSite } from '#domain/mail/mail-site.ts';
import { ownStsPolicy, stsPolicyId } from '#domain/mail/sts-policy.ts';
import { createSigner } from '#mail/outbound/sign.ts';
import { readZone, zoneTexts } from '#support/zone-records.ts';

const site: MailSite = {
  mailHost: 'thu.binhthuan.example',
  webHost: 'hub.binhthuan.example',
  ports: { https: 443, submission: 587, submissions: 465, imap: 143, imaps: 993 },
};
const domain = 'stttt.binhthuan.example';
const now = new Date('2026-05-11T02:00:00Z');

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const pem = { type: 'pkcs8', format: 'pem' } as const;
const spki = { type: 'spki', format: 'der' } as const;
const keys: readonly DkimPublicKey[] = [
  {
    selector: 'h20260511r',
    algorithm: 'rsa-sha256',
    publicKey: rsa.publicKey.export(spki).toString('base64'),
  },
  {
    selector: 'h20260511e',
    algorithm: 'ed25519-sha256',
    publicKey: ed25519.publicKey.export(spki).subarray(-32).toString('base64'),
  },
];

const records = domainRecords(domain, site, keys);
const zone = readZone(zoneText(records));

function wordsOf(name: string, type: string): readonly (readonly string[])[] {
  return zone.filter((record) => record.name === name && record.type === type).map(({ words }) => words);
}

describe('domainRecords', () => {
  it('has records for every purpose', () => {
    expect(new Set(records.map(({ purpose }) => purpose))).toEqual(new Set(recordPurposes));
  });

  it('sends the mail of the domain to the hub', () => {
    expect(wordsOf(domain, 'MX')).toEqual([['10', 'thu.binhthuan.example']]);
  });

  it('lets only the servers of the MX send (SPF)', () => {
    expect(zoneTexts(zone, domain)).toEqual(['v=spf1 mx -all']);
  });

  it('lets the smarthost send, where there is one', () => {
    const through = domainRecords(domain, { ...site, smarthost: 'relay.example' }, keys);
    expect(zoneTexts(readZone(zoneText(through)), domain)).toEqual(['v=spf1 mx a:relay.example -all']);
  });

  it('asks to quarantine what fails DMARC and to report it', () => {
    expect(zoneTexts(zone, `_dmarc.${domain}`)).toEqual([
      `v=DMARC1; p=quarantine; rua=mailto:postmaster@${domain}`,
    ]);
  });

  it('S5 announces the MTA-STS policy by its id, and the host that has it', () => {
    const id = stsPolicyId(ownStsPolicy('thu.binhthuan.example'));
    expect(zoneTexts(zone, `_mta-sts.${domain}`)).toEqual([`v=STSv1; id=${id};`]);
    expect(wordsOf(`mta-sts.${domain}`, 'CNAME')).toEqual([['hub.binhthuan.example']]);
  });

  it('asks for reports of failed TLS', () => {
    expect(zoneTexts(zone, `_smtp._tls.${domain}`)).toEqual([`v=TLSRPTv1; rua=mailto:postmaster@${domain}`]);
  });

  it.each([
    ['_submissions', ['0', '1', '465', 'thu.binhthuan.example']],
    ['_submission', ['10', '1', '587', 'thu.binhthuan.example']],
    ['_imaps', ['0', '1', '993', 'thu.binhthuan.example']],
    ['_imap', ['10', '1', '143', 'thu.binhthuan.example']],
    ['_autodiscover', ['0', '1', '443', 'hub.binhthuan.example']],
  ])('names the server of %s', (service, words) => {
    expect(wordsOf(`${service}._tcp.${domain}`, 'SRV')).toEqual([words]);
  });

  it.each(['autoconfig', 'autodiscover'])('leads %s to the host of the set-up', (name) => {
    expect(wordsOf(`${name}.${domain}`, 'CNAME')).toEqual([['hub.binhthuan.example']]);
  });

  it('has one CNAME at a name and nothing else beside it', () => {
    const aliases = zone.filter(({ type }) => type === 'CNAME').map(({ name }) => name);
    for (const alias of aliases) expect(zone.filter(({ name }) => name === alias)).toHaveLength(1);
  });

  it('S19 publishes keys by which another implementation verifies what we sign', async () => {
    const signer = createSigner({
      keysOf: async () =>
        [rsa, ed25519].map(({ privateKey }, at) => ({
          selector: keys[at]?.selector ?? '',
          algorithm: keys[at]?.algorithm ?? 'rsa-sha256',
          privateKey: privateKey.export(pem).toString(),
          signsFrom: now,
        })),
      clock: { now: () => now },
    });
    const message = `From: <a@${domain}>\r\nTo: <b@bo.example>\r\nSubject: Thu\r\n\r\nNoi dung\r\n`;
    const { results } = await dkimVerify(await signer(Buffer.from(message)), {
      curTime: now,
      resolver: async (name: string) => zoneTexts(zone, name).map((text) => [text]),
    });
    expect(results.map(({ status }) => status.result)).toEqual(['pass', 'pass']);
  });
});

describe('characterStrings', () => {
  it('splits an RSA key into parts that the DNS can hold', () => {
    const text = records.find(({ name }) => name.startsWith('h20260511r.')) as DnsRecord & { text: string };
    expect(text.text.length).toBeGreaterThan(255);
    expect(characterStrings(text.text).map(({ length }) => length)).toEqual([255, text.text.length - 255]);
  });

  it('has one part even for nothing', () => {
    expect(characterStrings('')).toEqual(['']);
  });
});

describe('zoneText', () => {
  it('gives every text back as it was, quotes and backslashes too', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 900,
    });
    fc.assert(
      fc.property(printable, (text) => {
        const written = zoneText([{ purpose: 'spf', name: domain, type: 'TXT', text }]);
        expect(zoneTexts(readZone(written), domain)).toEqual([text]);
      }),
    );
  });
});
