import { createHash } from 'node:crypto';
import type { OfficialMail } from '#app/ports/official-mail.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import type { Directive } from '#domain/directive/directive.ts';
import { directiveMessageId } from '#domain/directive/message-id.ts';
import { HubError } from '#domain/hub-error.ts';
import { findSecretStamp } from '#domain/secrecy/secret-stamp.ts';
import type { ParsedMessage } from './message/parse-message.ts';
import type { ParsePool } from './message/parse-pool.ts';
import { composeDirective } from './message/compose-directive.ts';

/** The mail that a directive is, composed here and parsed by the same parser as everyone's mail. */
export function createOfficialMail(options: {
  pool: ParsePool;
  publicUrl: () => string;
  domain: () => Promise<string>;
}): OfficialMail {
  return {
    findSecretStamp: (text) => findSecretStamp(text)?.stamp,
    async compose(directive, issuerAddress) {
      const bytes = composeDirective({
        ...wordsOf(directive, issuerAddress),
        messageId: directiveMessageId(directive.id, await options.domain()),
        publicUrl: `${options.publicUrl()}/?open=${directive.id}`,
        replyTo: issuerAddress,
      });
      return prepareMessage(options.pool, bytes);
    },
    async composeOutside(directive, issuerAddress, { recipientId, token, sentAt }) {
      const tagged = taggedAddress(issuerAddress, token);
      const bytes = composeDirective({
        ...wordsOf(directive, issuerAddress),
        // The directive keeps its moment; the mail has its own.
        issuedAt: directive.issuedAt,
        date: sentAt,
        messageId: `<${directive.id}.${recipientId}@${await options.domain()}>`,
        publicUrl: `${options.publicUrl()}/outside/${token}`,
        linkLabel: 'Xác nhận đã nhận trên trang này',
        repliesAcknowledge: tagged !== undefined,
        replyTo: tagged ?? issuerAddress,
      });
      return prepareMessage(options.pool, bytes);
    },
  };
}

function wordsOf(directive: Directive, issuerAddress: string) {
  const { issuer } = directive;
  return {
    date: directive.issuedAt,
    from: { name: `${issuer.title} ${issuer.name}`, address: issuerAddress },
    to: 'Nơi nhận',
    subject: directive.subject,
    code: directive.code,
    urgency: directive.urgency,
    dueAt: directive.dueAt,
    acknowledgeWithinMinutes: directive.acknowledgeWithinMinutes,
    issuerLabel: `${issuer.title} ${issuer.name}, ${issuer.unit}`,
    text: directive.text,
    directiveId: directive.id,
  };
}

/** RFC 5321, section 4.5.3.1.1: 64 octets. Undefined when there is no room for the token. */
function taggedAddress(address: string, token: string): string | undefined {
  const at = address.lastIndexOf('@');
  const local = `${address.slice(0, at)}+${token}`;
  return local.length > 64 ? undefined : `${local}${address.slice(at)}`;
}

/** Parses our own message before any transaction begins; one that cannot be parsed in time is stored without structure. */
export async function prepareMessage(pool: ParsePool, bytes: Buffer): Promise<PreparedMessage> {
  return prepared(bytes, await pool.parse(bytes));
}

/**
 * The same for a message that a client brings. One that could not be scanned for a secrecy mark in time is not taken:
 * what cannot be looked at must not be kept (architecture.md §6), and the client tries again. Throws `unavailable`.
 */
export async function prepareScanned(pool: ParsePool, bytes: Buffer): Promise<PreparedMessage> {
  const parsed = await pool.parse(bytes);
  if (parsed === undefined) throw new HubError('unavailable');
  return prepared(bytes, parsed);
}

function prepared(bytes: Buffer, parsed: ParsedMessage | undefined): PreparedMessage {
  return {
    bytes,
    receivedSha256: createHash('sha256').update(bytes).digest(),
    structure: parsed?.structure,
    messageIdHeader: parsed?.messageId,
    inReplyTo: parsed?.inReplyTo,
    references: parsed?.references ?? [],
    subject: parsed?.subject,
    fromAddress: parsed?.fromAddress,
    sentAt: parsed?.sentAt,
    secretStamp: parsed?.secretStamp,
    firstLines: parsed?.firstLines ?? '',
    autoSubmitted: parsed?.autoSubmitted ?? true,
  };
}
