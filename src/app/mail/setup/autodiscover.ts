import { HubError } from '#domain/hub-error.ts';
import { escapeXml, unescapeXml } from '#lib/escape-xml.ts';
import type { AddressSetup, SetupServer } from './client-setup.ts';

const answerSchema = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const outlookSchema = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

/**
 * The address that Outlook asks for (MS-OXDSCLI, section 2.2.3.1). Its request is one element with two texts: that one text is
 * taken out by its marks, and nothing is ever expanded, because nothing here is an XML parser. A request with a document type
 * is refused. Throws `bad_input`.
 */
export function autodiscoverAddress(request: string): string {
  const address = /<(?:[A-Za-z][\w.-]{0,30}:)?EMailAddress\s{0,10}>([^<]{1,640})<\//.exec(request)?.[1];
  if (address === undefined || /<!(?:DOCTYPE|ENTITY)/i.test(request))
    throw new HubError('bad_input', { field: 'EMailAddress' });
  return unescapeXml(address).trim();
}

/** The answer in the plain XML of MS-OXDSCLI, section 2.2.4.1, for servers that are not Exchange. */
export function autodiscoverXml({ address, incoming, outgoing }: AddressSetup): string {
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<Autodiscover xmlns="${answerSchema}">`,
    `  <Response xmlns="${outlookSchema}">`,
    `    <User><DisplayName>${escapeXml(address)}</DisplayName></User>`,
    '    <Account>',
    '      <AccountType>email</AccountType>',
    '      <Action>settings</Action>',
    ...[...incoming, ...outgoing].flatMap((server) => protocolLines(server, address)),
    '    </Account>',
    '  </Response>',
    '</Autodiscover>',
    '',
  ].join('\r\n');
}

function protocolLines(server: SetupServer, address: string): readonly string[] {
  const implicit = server.security === 'tls';
  return [
    '      <Protocol>',
    `        <Type>${server.protocol.toUpperCase()}</Type>`,
    `        <Server>${escapeXml(server.host)}</Server>`,
    `        <Port>${server.port}</Port>`,
    '        <DomainRequired>off</DomainRequired>',
    `        <LoginName>${escapeXml(address)}</LoginName>`,
    '        <SPA>off</SPA>',
    // SSL says less than Encryption, which older versions do not know.
    '        <SSL>on</SSL>',
    `        <Encryption>${implicit ? 'SSL' : 'TLS'}</Encryption>`,
    '        <AuthRequired>on</AuthRequired>',
    ...(server.protocol === 'smtp'
      ? ['        <UsePOPAuth>off</UsePOPAuth>', '        <SMTPLast>off</SMTPLast>']
      : []),
    '      </Protocol>',
  ];
}
