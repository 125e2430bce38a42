import { escapeXml } from '#lib/escape-xml.ts';
import { dnsNamespace, nameUuid } from '#lib/name-uuid.ts';
import type { AddressSetup, SetupServer } from './client-setup.ts';

type Value = string | number | boolean | readonly Values[];
interface Values {
  readonly [key: string]: Value;
}

/**
 * A profile that an Apple device installs as one mail account; it asks for the password itself. Identifiers come from the
 * address, so that a newer profile replaces the older one instead of adding an account.
 */
export function mobileconfigXml(setup: AddressSetup): string {
  const { address, domain, incoming, outgoing } = setup;
  const identifier = `${domain.split('.').toReversed().join('.')}.mail`;
  const profile: Values = {
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: `${identifier}.${nameUuid(dnsNamespace, `mail ${address}`)}`,
    PayloadUUID: nameUuid(dnsNamespace, `mail profile ${address}`).toUpperCase(),
    PayloadDisplayName: address,
    PayloadOrganization: domain,
    PayloadDescription: `IMAP, SMTP: ${address}`,
    PayloadRemovalDisallowed: false,
    PayloadContent: [
      {
        PayloadType: 'com.apple.mail.managed',
        PayloadVersion: 1,
        PayloadIdentifier: `${identifier}.${nameUuid(dnsNamespace, `mail account ${address}`)}`,
        PayloadUUID: nameUuid(dnsNamespace, `mail payload ${address}`).toUpperCase(),
        PayloadDisplayName: address,
        EmailAccountType: 'EmailTypeIMAP',
        EmailAccountDescription: address,
        EmailAddress: address,
        ...serverValues('IncomingMailServer', address, incoming),
        ...serverValues('OutgoingMailServer', address, outgoing),
        OutgoingPasswordSameAsIncomingPassword: true,
      },
    ],
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    ...dictLines(profile, ''),
    '</plist>',
    '',
  ].join('\n');
}

/** Its `UseSSL` with a port speaks TLS from the first octet where the port does. */
function serverValues(prefix: string, address: string, servers: readonly SetupServer[]): Values {
  const best = servers.find(({ security }) => security === 'tls') ?? servers[0];
  if (best === undefined) return {};
  return {
    [`${prefix}Authentication`]: 'EmailAuthPassword',
    [`${prefix}HostName`]: best.host,
    [`${prefix}PortNumber`]: best.port,
    [`${prefix}UseSSL`]: true,
    [`${prefix}Username`]: address,
  };
}

function dictLines(values: Values, indent: string): readonly string[] {
  const inner = `${indent}  `;
  return [
    `${indent}<dict>`,
    ...Object.entries(values).flatMap(([key, value]) => [
      `${inner}<key>${escapeXml(key)}</key>`,
      ...valueLines(value, inner),
    ]),
    `${indent}</dict>`,
  ];
}

function valueLines(value: Value, indent: string): readonly string[] {
  if (typeof value === 'string') return [`${indent}<string>${escapeXml(value)}</string>`];
  if (typeof value === 'number') return [`${indent}<integer>${value}</integer>`];
  if (typeof value === 'boolean') return [`${indent}<${value}/>`];
  const items = value.flatMap((item) => dictLines(item, `${indent}  `));
  return [`${indent}<array>`, ...items, `${indent}</array>`];
}
