import { Type, type Static } from 'typebox';
import {
  activatePendingKeys,
  type DomainPorts,
  listDomains,
  makePendingKeys,
  recordsOfDomain,
  setStsMode,
} from '#app/mail/manage-domains.ts';
import type { MailDomain } from '#app/ports/mail-domains.ts';
import { dkimKeyState, dkimKeyStates } from '#domain/mail/dkim-key.ts';
import { type DnsRecord, recordPurposes } from '#domain/mail/domain-records.ts';
import { stsModes } from '#domain/mail/sts-policy.ts';
import { answers, limitOf, noBody, noNul, pageQuery, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
const moment = Type.String({ format: 'date-time' });
const nameParams = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 253, pattern: noNul }) },
  strict,
);

const keyView = Type.Object({
  selector: Type.String(),
  algorithm: Type.Enum(['rsa-sha256', 'ed25519-sha256']),
  state: Type.Enum([...dkimKeyStates], {
    description:
      'pending: published, does not sign yet; retired: stays published for a week; removable: its record may go.',
  }),
  publicKey: Type.String({ description: 'As after `p=` in the DNS.' }),
  createdAt: moment,
  signsFrom: Type.Optional(moment),
  retiredAt: Type.Optional(moment),
});

const stsModeSchema = Type.Enum([...stsModes], { description: 'MTA-STS (RFC 8461, section 5).' });

const domainView = Type.Object({
  name: Type.String(),
  level: Type.String(),
  system: Type.Boolean({ description: "The hub's own, of its notices." }),
  accounts: Type.Integer(),
  sts: Type.Object({
    mode: stsModeSchema,
    setAt: Type.Optional(Type.String({ format: 'date-time', description: 'Absent: the default.' })),
  }),
  keys: Type.Array(keyView),
});

const recordView = Type.Object({
  purpose: Type.Enum([...recordPurposes]),
  name: Type.String(),
  type: Type.Enum(['MX', 'TXT', 'CNAME', 'SRV']),
  text: Type.Optional(Type.String({ description: 'Of TXT, whole; in the DNS in parts of 255 octets.' })),
  target: Type.Optional(Type.String()),
  preference: Type.Optional(Type.Integer()),
  priority: Type.Optional(Type.Integer()),
  weight: Type.Optional(Type.Integer()),
  port: Type.Optional(Type.Integer()),
});

/** Mail domains, what to publish for them, and their signing keys, for administrators. */
export function mailDomainRoutes(app: RouteApp, ports: DomainPorts): void {
  app.get(
    '/mail-domains',
    {
      schema: {
        summary: 'Mail domains with their signing keys, by name.',
        querystring: Type.Object(pageQuery, strict),
        response: answers(
          200,
          Type.Object({ items: Type.Array(domainView), nextCursor: Type.Optional(Type.String()) }),
        ),
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const page = await listDomains(ports, {
        actor: sessionOf(request).actor,
        limit: limitOf(limit),
        cursor,
      });
      return { ...page, items: page.items.map((domain) => presentDomain(domain, ports.clock.now())) };
    },
  );

  app.get(
    '/mail-domains/:name/records',
    {
      schema: {
        summary: 'The DNS records to publish for a mail domain.',
        params: nameParams,
        response: answers(
          200,
          Type.Object({
            records: Type.Array(recordView),
            zone: Type.String({ description: 'The same as lines of a zone file (RFC 1035, section 5).' }),
          }),
        ),
      },
    },
    async (request) => {
      const { records, zone } = await recordsOfDomain(ports, ofDomain(request));
      return { records: records.map(presentRecord), zone };
    },
  );

  app.post(
    '/mail-domains/:name/keys',
    {
      schema: {
        summary: 'Make a pair of DKIM keys to publish; it signs once it is activated.',
        description: 'While a pair waits, no other is made.',
        params: nameParams,
        body: noBody,
        response: answers(201, domainView),
      },
    },
    async (request, reply) => {
      const domain = await makePendingKeys(ports, ofDomain(request));
      return reply.code(201).send(presentDomain(domain, ports.clock.now()));
    },
  );

  app.post(
    '/mail-domains/:name/keys/activate',
    {
      schema: {
        summary: 'Sign with the pair that waits, and retire the one before it.',
        description: 'When its records are in the DNS. Those of the old pair stay there for a week.',
        params: nameParams,
        body: noBody,
        response: answers(200, domainView),
      },
    },
    async (request) => {
      const domain = await activatePendingKeys(ports, ofDomain(request));
      return presentDomain(domain, ports.clock.now());
    },
  );

  app.put(
    '/mail-domains/:name/sts',
    {
      schema: {
        summary: 'What other servers do when TLS to the domain fails.',
        description: 'The id in its record changes with it: publish the record again.',
        params: nameParams,
        body: Type.Object({ mode: stsModeSchema }, strict),
        response: answers(200, domainView),
      },
    },
    async (request) => {
      const domain = await setStsMode(ports, { ...ofDomain(request), mode: request.body.mode });
      return presentDomain(domain, ports.clock.now());
    },
  );
}

function ofDomain(request: Parameters<typeof sessionOf>[0] & { params: { name: string } }) {
  return { actor: sessionOf(request).actor, name: request.params.name };
}

function presentDomain({ keys, sts, ...domain }: MailDomain, at: Date): Static<typeof domainView> {
  return {
    ...domain,
    sts: { mode: sts.mode, ...(sts.setAt === undefined ? {} : { setAt: sts.setAt.toISOString() }) },
    keys: keys.map((key) => ({
      selector: key.selector,
      algorithm: key.algorithm,
      state: dkimKeyState(key, at),
      publicKey: key.publicKey,
      createdAt: key.createdAt.toISOString(),
      ...(key.signsFrom === undefined ? {} : { signsFrom: key.signsFrom.toISOString() }),
      ...(key.retiredAt === undefined ? {} : { retiredAt: key.retiredAt.toISOString() }),
    })),
  };
}

function presentRecord(record: DnsRecord): Static<typeof recordView> {
  return record;
}
