import type { DkimPublicKey } from './dkim-key.ts';
import type { MailSite } from './mail-site.ts';
import { ownStsPolicy, stsPolicyId, type StsStanding } from './sts-policy.ts';

export const recordPurposes = ['mx', 'spf', 'dkim', 'dmarc', 'mta-sts', 'tls-rpt', 'client-setup'] as const;
export type RecordPurpose = (typeof recordPurposes)[number];

/** What a record says. Names have no dot at their end. */
export type RecordContent =
  | { readonly type: 'MX'; readonly preference: number; readonly target: string }
  /** The whole text; in the DNS it stands in parts (`characterStrings`). */
  | { readonly type: 'TXT'; readonly text: string }
  | { readonly type: 'CNAME'; readonly target: string }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    };

export type DnsRecord = RecordContent & { readonly purpose: RecordPurpose; readonly name: string };

const characterStringOctetsMax = 255;
const timeToLiveSeconds = 3600;

/**
 * Everything to publish for a mail domain, so that its mail arrives, is believed, is sent over TLS, and mail clients set
 * themselves up.
 */
export function domainRecords(
  domain: string,
  site: MailSite,
  keys: readonly DkimPublicKey[],
  sts?: StsStanding,
): readonly DnsRecord[] {
  const text = (purpose: RecordPurpose, name: string, words: string): DnsRecord => ({
    purpose,
    name,
    type: 'TXT',
    text: words,
  });
  return [
    { purpose: 'mx', name: domain, type: 'MX', preference: 10, target: site.mailHost },
    text('spf', domain, spfText(site)),
    ...keys.map((key) => text('dkim', `${key.selector}._domainkey.${domain}`, dkimText(key))),
    // RFC 7489, section 6.3: reports show what of our own fails before anybody asks for `reject`.
    text('dmarc', `_dmarc.${domain}`, `v=DMARC1; p=quarantine; rua=mailto:postmaster@${domain}`),
    text('mta-sts', `_mta-sts.${domain}`, `v=STSv1; id=${stsPolicyId(ownStsPolicy(site.mailHost, sts))};`),
    { purpose: 'mta-sts', name: `mta-sts.${domain}`, type: 'CNAME', target: site.webHost },
    // RFC 8460, section 3.
    text('tls-rpt', `_smtp._tls.${domain}`, `v=TLSRPTv1; rua=mailto:postmaster@${domain}`),
    ...setupRecords(domain, site),
  ];
}

/** RFC 7208: the servers of the MX records send, and the one they give it to. */
function spfText({ smarthost }: MailSite): string {
  return smarthost === undefined ? 'v=spf1 mx -all' : `v=spf1 mx a:${smarthost} -all`;
}

/** RFC 6376, section 3.6.1; RFC 8463, section 4. */
function dkimText({ algorithm, publicKey }: DkimPublicKey): string {
  const keyType = algorithm === 'rsa-sha256' ? 'rsa' : 'ed25519';
  return `v=DKIM1; k=${keyType}; p=${publicKey}`;
}

/** RFC 6186 and RFC 8314, section 5.1: TLS from the first octet comes first where a client can choose. */
function setupRecords(domain: string, { mailHost, webHost, ports }: MailSite): readonly DnsRecord[] {
  const services = [
    ['_submissions', 0, ports.submissions, mailHost],
    ['_submission', 10, ports.submission, mailHost],
    ['_imaps', 0, ports.imaps, mailHost],
    ['_imap', 10, ports.imap, mailHost],
    ['_autodiscover', 0, ports.https, webHost],
  ] as const;
  return [
    ...services.map(([service, priority, port, target]): DnsRecord => ({
      purpose: 'client-setup',
      name: `${service}._tcp.${domain}`,
      type: 'SRV',
      priority,
      weight: 1,
      port,
      target,
    })),
    ...['autoconfig', 'autodiscover'].map((name): DnsRecord => ({
      purpose: 'client-setup',
      name: `${name}.${domain}`,
      type: 'CNAME',
      target: webHost,
    })),
  ];
}

/** A text in the parts that the DNS can hold (RFC 1035, section 3.3.14). Our texts are ASCII. */
export function characterStrings(text: string): readonly string[] {
  const count = Math.max(1, Math.ceil(text.length / characterStringOctetsMax));
  return Array.from({ length: count }, (_, at) =>
    text.slice(at * characterStringOctetsMax, (at + 1) * characterStringOctetsMax),
  );
}

/** Lines of a master file (RFC 1035, section 5), with whole names, so that they fit into any zone above the domain. */
export function zoneText(records: readonly DnsRecord[]): string {
  return records
    .map((record) => `${record.name}. ${timeToLiveSeconds} IN ${record.type} ${zoneContent(record)}\n`)
    .join('');
}

function zoneContent(record: RecordContent): string {
  switch (record.type) {
    case 'MX':
      return `${record.preference} ${record.target}.`;
    case 'TXT':
      return characterStrings(record.text).map(quoted).join(' ');
    case 'CNAME':
      return `${record.target}.`;
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${record.target}.`;
  }
}

function quoted(part: string): string {
  return `"${part.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
}
