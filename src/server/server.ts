import { randomUUID } from 'node:crypto';
import { createServer as createHttpsServer } from 'node:https';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastifyCookie from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify';
import type { Registry } from 'prom-client';
import type { Hub } from '#app/hub.ts';
import type { AllowedOrigins } from '#lib/allowed-origins.ts';
import { auditRoutes } from './audit-routes.ts';
import { calendarRoutes } from './calendar-routes.ts';
import { attachmentRoutes } from './attachment-routes.ts';
import { clientSetupRoutes, mailSetupRoutes } from './client-setup-routes.ts';
import { delegationRoutes } from './delegation-routes.ts';
import { directiveRoutes } from './directive-routes.ts';
import { directoryRoutes } from './directory-routes.ts';
import { discussionRoutes } from './discussion-routes.ts';
import { draftRoutes } from './draft-routes.ts';
import { documentRoutes } from './document-routes.ts';
import { answerError, answerUnreadable } from './error-responses.ts';
import { heldMailRoutes } from './held-mail-routes.ts';
import { incomingDocumentRoutes } from './incoming-document-routes.ts';
import { httpLimits } from './http-limits.ts';
import { acceptJsonOnly } from './json-body.ts';
import { logRoutes } from './log-routes.ts';
import { mailDomainRoutes } from './mail-domain-routes.ts';
import { mailGroupRoutes } from './mail-group-routes.ts';
import { mailTraceRoutes } from './mail-trace-routes.ts';
import { mailSettingsRoutes } from './mail-settings-routes.ts';
import { outgoingDocumentRoutes } from './outgoing-document-routes.ts';
import { outboundRoutes } from './outbound-routes.ts';
import { outsidePage } from './outside-page.ts';
import { outsideRoutes } from './outside-routes.ts';
import { servePage } from './page.ts';
import { presetRoutes } from './preset-routes.ts';
import { registerRoutes } from './register-routes.ts';
import { requireEncryption } from './require-encryption.ts';
import type { RouteApp } from './route-app.ts';
import { searchRoutes } from './search-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { guardSignIn } from './sign-in-guard.ts';
import { systemRoutes, type Readiness } from './system-routes.ts';
import { timelineRoutes } from './timeline-routes.ts';
import { workRoutes } from './work-routes.ts';
import { endLateBodies, uploadWithinMs } from './upload-body.ts';

export interface WebServerOptions {
  readonly hub: Hub;
  readonly origins: AllowedOrigins;
  readonly readiness: Readiness;
  readonly registry: Registry;
  readonly logger: FastifyBaseLogger;
  readonly trustProxy: readonly string[];
  /** Where plain requests from elsewhere are sent. */
  readonly publicUrl: () => string | undefined;
  readonly tls: { readonly key: string; readonly cert: string };
  /** The folder of the built page. */
  readonly pageFolder: string;
  readonly version: string;
}

export interface WebServer {
  readonly app: RouteApp;
  /** The two Node servers, for Socket.IO to attach to. */
  readonly servers: readonly HttpServer[];
  listen(address: { host: string; http: number; https: number }): Promise<{ http: number; https: number }>;
  close(): Promise<void>;
}

/** Node looks for requests that are late only so often; left alone, a slow one lives twice its time (threats H17). */
const nodeLimits = {
  maxHeaderSize: httpLimits.headerBytesMax,
  headersTimeout: httpLimits.requestWithinMs,
  // Uploads may take as long as that; `endLateBodies` ends every other one in its own time.
  requestTimeout: uploadWithinMs,
  connectionsCheckingInterval: httpLimits.requestCheckEveryMs,
} as const;

export async function createWebServer(options: WebServerOptions): Promise<WebServer> {
  const app = Fastify({
    loggerInstance: options.logger,
    bodyLimit: httpLimits.bodyBytesMax,
    requestTimeout: uploadWithinMs,
    connectionTimeout: httpLimits.connectionIdleMs,
    keepAliveTimeout: httpLimits.keepAliveMs,
    maxRequestsPerSocket: httpLimits.requestsPerSocketMax,
    http: nodeLimits,
    routerOptions: { maxParamLength: httpLimits.urlParameterCharactersMax },
    // An id from outside could forge lines in the log.
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    trustProxy: options.trustProxy.length === 0 ? false : [...options.trustProxy],
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    // A URL that cannot be decoded is refused before any route is looked for.
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
    clientErrorHandler: answerUnreadable,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  }) as unknown as RouteApp;

  app.setErrorHandler(answerError);
  acceptJsonOnly(app);
  endLateBodies(app);
  requireEncryption(app, options);
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  await app.register(fastifyCookie);
  guardSignIn(app, options.hub, options.origins);
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'chidao',
        version: options.version,
        description: 'Directives and official mail of a province.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
  });
  // Its own policy would let it be framed and load images from elsewhere: it gets ours (threats H18).
  await app.register(fastifySwaggerUi, { routePrefix: '/api/docs' });
  await app.register(async (scope) => {
    systemRoutes(scope, options.readiness, options.registry);
    clientSetupRoutes(scope, options.hub.domains);
    scope.get('/api/openapi.json', { config: { open: true }, schema: { hide: true } }, async () =>
      app.swagger(),
    );
  });
  await app.register((scope) => outsidePage(scope, options.hub.outside));
  await app.register(
    async (scope) => {
      // What is personal stays out of every cache on the way.
      scope.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'));
      sessionRoutes(scope, options.hub);
      auditRoutes(scope, options.hub.audit);
      calendarRoutes(scope, options.hub.calendar);
      directoryRoutes(scope, options.hub);
      directiveRoutes(scope, options.hub);
      discussionRoutes(scope, options.hub);
      workRoutes(scope, options.hub);
      draftRoutes(scope, options.hub);
      presetRoutes(scope, options.hub);
      delegationRoutes(scope, options.hub);
      timelineRoutes(scope, options.hub);
      documentRoutes(scope, options.hub.documents);
      incomingDocumentRoutes(scope, options.hub.documents);
      outgoingDocumentRoutes(scope, options.hub.documents);
      registerRoutes(scope, options.hub.documents);
      await attachmentRoutes(scope, options.hub.files);
      logRoutes(scope, options.hub);
      mailGroupRoutes(scope, options.hub);
      mailDomainRoutes(scope, options.hub.domains);
      mailSetupRoutes(scope, options.hub.domains);
      mailSettingsRoutes(scope, options.hub);
      heldMailRoutes(scope, options.hub.held);
      outboundRoutes(scope, options.hub.outbound);
      outsideRoutes(scope, options.hub.outside);
      mailTraceRoutes(scope, options.hub);
      searchRoutes(scope, options.hub);
    },
    { prefix: '/api/v1' },
  );
  await servePage(app, options.pageFolder);
  await app.ready();

  const https = createHttpsServer({ ...options.tls, ...nodeLimits }, (request, response) =>
    app.routing(request, response),
  );
  https.on('clientError', answerUnreadable);
  https.timeout = httpLimits.connectionIdleMs;
  https.keepAliveTimeout = httpLimits.keepAliveMs;
  https.maxRequestsPerSocket = httpLimits.requestsPerSocketMax;

  return {
    app,
    servers: [app.server, https],
    async listen({ host, http, https: httpsPort }) {
      await app.listen({ host, port: http, listenTextResolver: (address) => `HTTP listens on ${address}` });
      await new Promise<void>((resolve, reject) => {
        https.once('error', reject);
        https.listen(httpsPort, host, () => resolve());
      });
      return {
        http: (app.server.address() as AddressInfo).port,
        https: (https.address() as AddressInfo).port,
      };
    },
    async close() {
      const closed = new Promise<void>((resolve) => {
        if (https.listening) https.close(() => resolve());
        else resolve();
      });
      https.closeAllConnections();
      await Promise.all([app.close(), closed]);
    },
  };
}
