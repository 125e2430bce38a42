import type { MailSite } from '#domain/mail/mail-site.ts';
import type { Config, Ports } from '#root/config.ts';
import type { ListeningPorts } from './urls.ts';

type MailDoor = 'submission' | 'submissions' | 'imap' | 'imaps';

/** The port of a door as configured, and the one behind which it is reached when it was left there (docs/configuration.md). */
const usualPorts: Readonly<Record<MailDoor, { readonly door: number; readonly public: number }>> = {
  submission: { door: 2587, public: 587 },
  submissions: { door: 2465, public: 465 },
  imap: { door: 2143, public: 143 },
  imaps: { door: 2993, public: 993 },
};
const httpsPort = 443;

/**
 * How the hub is reached from outside. A hub with a name in the DNS stands behind the ports that everybody knows, unless a
 * door was given a port of its own; one without a name is tried on this machine, at the ports where it listens.
 */
export function mailSiteOf(config: Config, listening: ListeningPorts): MailSite {
  const { mail, publicUrl } = config;
  const named = mail.host !== 'localhost';
  const url = publicUrl === undefined ? undefined : new URL(publicUrl);
  const portOf = (door: MailDoor) =>
    named && config.ports[door] === usualPorts[door].door
      ? usualPorts[door].public
      : doorPort(config.ports, listening, door);
  return {
    mailHost: mail.host,
    webHost: url?.hostname ?? mail.host,
    ports: {
      https:
        url !== undefined && url.protocol === 'https:'
          ? Number(url.port === '' ? httpsPort : url.port)
          : doorPort(config.ports, listening, 'https'),
      submission: portOf('submission'),
      submissions: portOf('submissions'),
      imap: portOf('imap'),
      imaps: portOf('imaps'),
    },
    ...(mail.smarthost === undefined ? {} : { smarthost: mail.smarthost.host }),
  };
}

function doorPort(configured: Ports, listening: ListeningPorts, door: MailDoor | 'https'): number {
  return listening[door] ?? configured[door];
}
