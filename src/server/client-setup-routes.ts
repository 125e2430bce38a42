import { Type } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { autoconfigXml } from '#app/mail/setup/autoconfig.ts';
import { autodiscoverAddress, autodiscoverXml } from '#app/mail/setup/autodiscover.ts';
import {
  domainBehind,
  setupOfAccount,
  setupOfAddress,
  setupOfDomain,
  type SetupPorts,
  stsPolicyOfHost,
} from '#app/mail/setup/client-setup.ts';
import { mobileconfigXml } from '#app/mail/setup/mobileconfig.ts';
import { HubError } from '#domain/hub-error.ts';
import { answers, noNul, refusals, type RouteApp } from './route-app.ts';
import { sessionOf } from './sign-in-guard.ts';

const strict = { additionalProperties: false };
/** Outlook's request has some 300 octets. */
const xmlBodyBytes = 64 * 1024;
const xmlType = /^(?:text|application)\/xml(?: ?; ?charset="?utf-8"?)?$/i;
const address = Type.String({ maxLength: 320, pattern: noNul });
/** An answer that is a text of another type than JSON. */
const textAnswer = (type: string) => ({
  200: { description: 'The set-up.', content: { [type]: { schema: Type.String() } } },
  ...refusals,
});
/** The same for everybody in a domain. */
const forEverybody = 'public, max-age=3600';

/**
 * What mail clients and other servers ask before anybody has signed in. Every address of a domain of ours gets the same
 * answer, so that nobody learns from it who has an account (threats H10); other domains are not found.
 */
export function clientSetupRoutes(app: RouteApp, ports: SetupPorts): void {
  app.get(
    '/.well-known/mta-sts.txt',
    // Hidden: which policy there is depends on the host that is asked, not on the path.
    { config: { open: true }, schema: { hide: true } },
    async (request, reply) => {
      const policy = await stsPolicyOfHost(ports, request.hostname);
      // Whoever fetches it keeps it by its own max_age; no cache on the way may (RFC 8461, section 3.3).
      return reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store').send(policy);
    },
  );

  for (const path of ['/mail/config-v1.1.xml', '/.well-known/autoconfig/mail/config-v1.1.xml'])
    app.get(
      path,
      {
        config: { open: true },
        schema: {
          summary: 'Set-up of Thunderbird and its like, for a domain of the hub.',
          description: 'The domain is that of the address, or the one of the host `autoconfig.DOMAIN`.',
          querystring: Type.Object({ emailaddress: Type.Optional(address) }),
          response: textAnswer('text/xml'),
        },
      },
      async (request, reply) => {
        const setup = await setupAsked(request, request.query.emailaddress);
        return reply
          .type('text/xml; charset=utf-8')
          .headers({ 'cache-control': forEverybody, vary: 'Host' })
          .send(autoconfigXml(setup));
      },
    );

  app.get(
    '/mail/setup.mobileconfig',
    {
      config: { open: true },
      schema: {
        summary: 'Set-up of Apple devices, for an address of the hub.',
        querystring: Type.Object({ emailaddress: address }, strict),
        response: textAnswer('application/x-apple-aspen-config'),
      },
    },
    async (request, reply) => {
      const setup = await setupOfAddress(ports, request.query.emailaddress);
      return reply
        .type('application/x-apple-aspen-config; charset=utf-8')
        .headers({
          'cache-control': 'no-store',
          'content-disposition': 'attachment; filename="mail.mobileconfig"',
        })
        .send(mobileconfigXml(setup));
    },
  );

  void app.register(async (scope) => autodiscoverRoutes(scope, ports));

  function setupAsked(request: FastifyRequest, asked: string | undefined) {
    if (asked !== undefined && asked !== '') return setupOfAddress(ports, asked);
    const domain = domainBehind(request.hostname, 'autoconfig');
    if (domain === undefined) throw new HubError('bad_input', { field: 'emailaddress' });
    return setupOfDomain(ports, domain);
  }
}

/** In a scope of its own: nothing else of the hub reads XML (threats H13). */
function autodiscoverRoutes(app: RouteApp, ports: SetupPorts): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['text/xml', 'application/xml'],
    { parseAs: 'string', bodyLimit: xmlBodyBytes },
    (request, body, done) => {
      if (xmlType.test(request.headers['content-type'] ?? '')) done(null, body);
      else done(new HubError('unsupported_media_type'));
    },
  );
  // Outlook asks for either spelling; paths here are told apart by case.
  for (const path of ['/autodiscover/autodiscover.xml', '/Autodiscover/Autodiscover.xml'])
    app.post(
      path,
      {
        config: { open: true },
        schema: {
          summary: 'Set-up of Outlook, for an address of the hub.',
          response: textAnswer('text/xml'),
        },
      },
      async (request, reply) => {
        const body: unknown = request.body;
        const setup = await setupOfAddress(ports, autodiscoverAddress(typeof body === 'string' ? body : ''));
        return reply
          .type('text/xml; charset=utf-8')
          .header('cache-control', 'no-store')
          .send(autodiscoverXml(setup));
      },
    );
}

const serverView = Type.Object({
  protocol: Type.Enum(['imap', 'smtp']),
  host: Type.String(),
  port: Type.Integer(),
  security: Type.Enum(['tls', 'starttls']),
});

/** The same for the page of whoever has signed in. */
export function mailSetupRoutes(app: RouteApp, ports: Pick<SetupPorts, 'site'>): void {
  app.get(
    '/mail-setup',
    {
      schema: {
        summary: 'How the caller sets up a mail client.',
        response: answers(
          200,
          Type.Object({
            address: Type.String(),
            userName: Type.String(),
            incoming: Type.Array(serverView, { description: 'The best first.' }),
            outgoing: Type.Array(serverView),
          }),
        ),
      },
    },
    async (request) => {
      const { address: own, incoming, outgoing } = setupOfAccount(ports, sessionOf(request).actor.address);
      return { address: own, userName: own, incoming: [...incoming], outgoing: [...outgoing] };
    },
  );
}
