import type { MailOrigin } from '#app/ports/mail-checks.ts';
import type { Authentication } from '#domain/mail/authentication.ts';

/**
 * Authentication-Results (RFC 8601) and Received-SPF (RFC 7208, section 9.1), whole fields with CRLF. Names in them were
 * chosen by strangers: what is no dot-atom, address or word becomes `?`, so nothing from the wire ends a line (S9).
 */
export function resultFields(
  { spf, dkim, dmarc, arc }: Authentication,
  { clientAddress, helo, sender }: MailOrigin,
  hostname: string,
): readonly string[] {
  const identity = sender === '' ? `smtp.helo=${clean(helo)}` : `smtp.mailfrom=${clean(sender)}`;
  const lines = [
    `spf=${spf.result} ${identity}`,
    ...(dkim.length === 0 ? ['dkim=none'] : []),
    ...dkim.map(
      ({ result, domain, selector, reason }) =>
        `dkim=${result}${reason === undefined ? '' : ` reason="${words(reason)}"`} header.d=${clean(domain)} header.s=${clean(selector)}`,
    ),
    `dmarc=${dmarc.result}${dmarc.domain === '' ? '' : ` header.from=${clean(dmarc.domain)}`}`,
    `arc=${arc}`,
  ];
  return [
    `Authentication-Results: ${clean(hostname)};\r\n\t${lines.join(';\r\n\t')}\r\n`,
    `Received-SPF: ${spf.result}\r\n\tclient-ip=${clean(clientAddress)};\r\n\thelo=${clean(helo)};` +
      `\r\n\tenvelope-from=${clean(sender) || '"<>"'}\r\n`,
  ];
}

const valueCharactersMax = 320;

function clean(value: string): string {
  return value.slice(0, valueCharactersMax).replaceAll(/[^\w.@+=:/[\]-]/g, '?');
}

function words(value: string): string {
  return value.slice(0, valueCharactersMax).replaceAll(/[^\w .=()-]/g, '?');
}
