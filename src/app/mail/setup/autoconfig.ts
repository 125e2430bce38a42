import { escapeXml } from '#lib/escape-xml.ts';
import type { ClientSetup, SetupServer } from './client-setup.ts';

/**
 * The file by which Thunderbird, K-9 and Evolution set themselves up (config-v1.1). They put the address in themselves, so
 * that it is one file for the whole domain.
 */
export function autoconfigXml({ domain, incoming, outgoing }: ClientSetup): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<clientConfig version="1.1">',
    `  <emailProvider id="${escapeXml(domain)}">`,
    `    <domain>${escapeXml(domain)}</domain>`,
    `    <displayName>${escapeXml(domain)}</displayName>`,
    `    <displayShortName>${escapeXml(domain)}</displayShortName>`,
    ...incoming.flatMap((server) => serverLines('incomingServer', server)),
    ...outgoing.flatMap((server) => serverLines('outgoingServer', server)),
    '  </emailProvider>',
    '</clientConfig>',
    '',
  ].join('\n');
}

function serverLines(element: string, { protocol, host, port, security }: SetupServer): readonly string[] {
  return [
    `    <${element} type="${protocol}">`,
    `      <hostname>${escapeXml(host)}</hostname>`,
    `      <port>${port}</port>`,
    `      <socketType>${security === 'tls' ? 'SSL' : 'STARTTLS'}</socketType>`,
    '      <authentication>password-cleartext</authentication>',
    '      <username>%EMAILADDRESS%</username>',
    `    </${element}>`,
  ];
}
