import { networkInterfaces } from 'node:os';
import type { MailConfig } from '#root/mail-config.ts';
import type { CheckOrigin, ScanMail } from '#app/ports/mail-checks.ts';
import type { OutboundTransport } from '#app/ports/outbound.ts';
import { systemClock } from '#domain/clock.ts';
import { createCheckOrigin } from '#mail/auth/check-origin.ts';
import { createResolver, type MailResolver } from '#mail/auth/resolver.ts';
import { createPolicyFetcher } from '#mail/outbound/fetch-policy.ts';
import { createRehearsalTransport } from '#mail/outbound/rehearsal.ts';
import { createSigner } from '#mail/outbound/sign.ts';
import { createOutboundTransport } from '#mail/outbound/transport.ts';
import { createScanMail } from '#mail/scan/scan-mail.ts';
import type { Database } from '#store/database.ts';
import { createDkimKeys } from '#store/mail/dkim-keys.ts';
import { createStsPolicies } from '#store/mail/sts-policies.ts';
import type { Log } from './log.ts';

const mxPort = 25;
const checkWithinMs = 10_000;
export const scanWithinMs = 30_000;
/** Its addresses fail as their names say, so that a newcomer can try what happens then. */
const rehearsalDomain = 'rehearsal.example';

/** The world outside: what comes from there is checked, what goes there is sent. */
export interface OutsideMail {
  readonly transport: OutboundTransport;
  readonly checkOrigin: CheckOrigin;
  readonly scan: ScanMail;
}

export function createOutsideMail(options: {
  readonly config: MailConfig;
  readonly database: Database;
  readonly log: Log;
  /** Where this process takes mail from outside, once it is open. */
  readonly smtpPort: () => number | undefined;
}): OutsideMail {
  const { config, database, log } = options;
  const clock = systemClock;
  const resolver = createResolver(config.dns.length === 0 ? undefined : config.dns);
  return {
    transport: transportOf(resolver),
    checkOrigin: createCheckOrigin({
      resolver,
      hostname: config.host,
      deadlineMs: checkWithinMs,
      log,
    }),
    scan: createScanMail({
      ...(config.clamd === undefined ? {} : { clamd: config.clamd }),
      ...(config.rspamdUrl === undefined ? {} : { rspamd: { url: config.rspamdUrl } }),
      deadlineMs: scanWithinMs,
      log,
    }),
  };

  function transportOf(outside: MailResolver): OutboundTransport {
    if (config.outbound === 'rehearsal') return createRehearsalTransport({ reserved: rehearsalDomain });
    const keys = createDkimKeys(database);
    return createOutboundTransport({
      resolver: outside,
      hostname: config.host,
      ...(config.smarthost === undefined ? {} : { smarthost: config.smarthost }),
      port: config.outboundPort,
      sign: createSigner({ keysOf: (domain) => keys.keysOf(domain, clock.now()), clock }),
      stsPolicies: createStsPolicies(database),
      fetchPolicy: createPolicyFetcher({ resolver: outside }),
      isOwnAddress: createOwnAddress(options.smtpPort),
      clock,
      log,
    });
  }
}

/** Whether mail sent there would come back to this hub (threats S18); interfaces may change while it runs. */
function createOwnAddress(smtpPort: () => number | undefined): (address: string, port: number) => boolean {
  return (address, port) =>
    (port === smtpPort() || port === mxPort) &&
    Object.values(networkInterfaces()).some((of) => of?.some((one) => one.address === address));
}
