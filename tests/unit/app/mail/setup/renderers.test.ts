import { describe, expect, it } from 'vitest';
import { autoconfigXml } from '#app/mail/setup/autoconfig.ts';
import { autodiscoverAddress, autodiscoverXml } from '#app/mail/setup/autodiscover.ts';
import { type AddressSetup, setupOfAccount } from '#app/mail/setup/client-setup.ts';
import { mobileconfigXml } from '#app/mail/setup/mobileconfig.ts';
import { HubError } from '#domain/hub-error.ts';
import { elementsOf, readXml, textsOf, type XmlElement } from '#support/xml-tree.ts';

const site = () => ({
  mailHost: 'thu.binhthuan.example',
  webHost: 'hub.binhthuan.example',
  ports: { https: 443, submission: 587, submissions: 465, imap: 143, imaps: 993 },
});

function setupOf(address: string): AddressSetup {
  return setupOfAccount({ site }, address);
}
const setup = setupOf("o'hà&con@stttt.binhthuan.example");

describe('autoconfigXml', () => {
  const config = readXml(autoconfigXml(setup));

  it('names the domain and every server, the safest first', () => {
    expect(textsOf(config, 'domain')).toEqual(['stttt.binhthuan.example']);
    expect(textsOf(config, 'hostname')).toEqual(Array.from({ length: 4 }, () => 'thu.binhthuan.example'));
    expect(textsOf(config, 'port')).toEqual(['993', '143', '465', '587']);
    expect(textsOf(config, 'socketType')).toEqual(['SSL', 'STARTTLS', 'SSL', 'STARTTLS']);
    expect(elementsOf(config, 'incomingServer').map(({ attributes }) => attributes)).toEqual([
      { type: 'imap' },
      { type: 'imap' },
    ]);
  });

  it('H10 leaves the address to the mail client', () => {
    expect(new Set(textsOf(config, 'username'))).toEqual(new Set(['%EMAILADDRESS%']));
    expect(autoconfigXml(setup)).not.toContain('con@');
  });
});

describe('autodiscoverAddress', () => {
  const requestOf = (address: string, start = '') =>
    `<?xml version="1.0" encoding="utf-8"?>${start}<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>${address}</EMailAddress><AcceptableResponseSchema>x</AcceptableResponseSchema></Request></Autodiscover>`;

  it('takes the address out, also with a prefix and around blanks', () => {
    expect(autodiscoverAddress(requestOf(' a@x.example\r\n'))).toBe('a@x.example');
    expect(autodiscoverAddress('<a:EMailAddress>b@x.example</a:EMailAddress>')).toBe('b@x.example');
    expect(autodiscoverAddress(requestOf('a&amp;b@x.example'))).toBe('a&b@x.example');
  });

  it.each([
    ['nothing', ''],
    ['no address', '<Autodiscover/>'],
    ['an empty one', requestOf('')],
    ['an element in its place', requestOf('<b>a@x.example</b>')],
    ['one that is too long', requestOf('a'.repeat(1000))],
    ['a document type', requestOf('&xxe;', '<!DOCTYPE a [<!ENTITY xxe SYSTEM "file:///etc/hostname">]>')],
  ])('H14 refuses %s', (_what, request) => {
    expect(() => autodiscoverAddress(request)).toThrow(new HubError('bad_input', { field: 'EMailAddress' }));
  });
});

describe('autodiscoverXml', () => {
  const answer = readXml(autodiscoverXml(setup));

  it('is an answer in the schema of Outlook', () => {
    expect(answer.attributes).toEqual({
      xmlns: 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006',
    });
    expect(elementsOf(answer, 'Response')[0]?.attributes).toEqual({
      xmlns: 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a',
    });
    expect(textsOf(answer, 'Action')).toEqual(['settings']);
  });

  it('names every server with its port and its encryption, and the address as the log-in', () => {
    expect(textsOf(answer, 'Type')).toEqual(['IMAP', 'IMAP', 'SMTP', 'SMTP']);
    expect(textsOf(answer, 'Port')).toEqual(['993', '143', '465', '587']);
    expect(textsOf(answer, 'Encryption')).toEqual(['SSL', 'TLS', 'SSL', 'TLS']);
    expect(new Set(textsOf(answer, 'LoginName'))).toEqual(new Set(["o'hà&con@stttt.binhthuan.example"]));
  });
});

/** A property list as the device reads it. */
function plistValue(element: XmlElement | undefined): unknown {
  switch (element?.name) {
    case 'dict': {
      const names = element.children.filter((_child, at) => at % 2 === 0).map(({ text }) => text);
      const values = element.children.filter((_child, at) => at % 2 === 1).map(plistValue);
      return Object.fromEntries(names.map((name, at) => [name, values[at]]));
    }
    case 'array':
      return element.children.map(plistValue);
    case 'integer':
      return Number(element.text);
    case 'true':
    case 'false':
      return element.name === 'true';
    case undefined:
    default:
      return element?.text;
  }
}

describe('mobileconfigXml', () => {
  const profileOf = (of: AddressSetup) =>
    plistValue(readXml(mobileconfigXml(of)).children[0]) as Record<string, unknown> & {
      PayloadContent: Record<string, unknown>[];
    };

  it('is a profile with one mail account over TLS and without a password', () => {
    const { PayloadContent: payloads, ...profile } = profileOf(setup);
    expect(profile).toMatchObject({ PayloadType: 'Configuration', PayloadVersion: 1 });
    expect(payloads).toEqual([
      expect.objectContaining({
        PayloadType: 'com.apple.mail.managed',
        EmailAccountType: 'EmailTypeIMAP',
        EmailAddress: "o'hà&con@stttt.binhthuan.example",
        IncomingMailServerHostName: 'thu.binhthuan.example',
        IncomingMailServerPortNumber: 993,
        IncomingMailServerUseSSL: true,
        OutgoingMailServerPortNumber: 465,
        OutgoingMailServerUseSSL: true,
        OutgoingMailServerUsername: "o'hà&con@stttt.binhthuan.example",
      }),
    ]);
    expect(mobileconfigXml(setup)).not.toMatch(/<key>(?:Incoming|Outgoing)Password<\/key>/u);
  });

  it('has the identifiers of its address, so that it replaces an older one and no other', () => {
    const idsOf = (address: string) => {
      const { PayloadUUID, PayloadIdentifier, PayloadContent } = profileOf(setupOf(address));
      const [payload] = PayloadContent;
      return [PayloadUUID, PayloadIdentifier, payload?.['PayloadUUID'], payload?.['PayloadIdentifier']];
    };
    const first = idsOf('a@x.example');
    expect(idsOf('a@x.example')).toEqual(first);
    expect(new Set([...first, ...idsOf('b@x.example')]).size).toBe(8);
  });
});
