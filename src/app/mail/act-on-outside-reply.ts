import { acknowledge, readOutside } from '#app/directive/acknowledge-outside.ts';
import { tokenCharacters } from '#app/directive/outside-token.ts';
import type { OutsidePorts } from '#app/directive/send-outside.ts';
import { HubError } from '#domain/hub-error.ts';
import { canonicalAddress } from '#domain/mail/envelope.ts';
import type { ReplyAct } from '#domain/mail/reply/reply-act.ts';

type TokenPorts = Pick<OutsidePorts, 'outside' | 'tokenKeys' | 'clock' | 'committed'>;

const tagged = new RegExp(String.raw`^[^+@]{1,64}\+([a-z2-7]{${tokenCharacters}})@`, 'i');

/**
 * The outside recipients whose tokens stand in the addresses that a mail from outside came to, and who wrote it. Nothing
 * is asked for addresses without one. A token in anybody else's mail is none.
 */
export async function provenRecipients(
  ports: TokenPorts,
  addresses: readonly string[],
  from: string | undefined,
): Promise<readonly number[]> {
  const ids: number[] = [];
  for (const address of from === undefined ? [] : addresses) {
    const token = tagged.exec(address)?.[1];
    if (token === undefined) continue;
    try {
      const standing = await readOutside(ports, token);
      if (standing.address === canonicalAddress(from ?? '')) ids.push(standing.id);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
    }
  }
  return [...new Set(ids)];
}

export interface ActOnOutsideReplyPorts extends TokenPorts {
  readonly readReply: (bytes: Buffer) => Promise<ReplyAct>;
}

/**
 * Acknowledges for an outside recipient whose mail says so in its first line; any other words have reached the issuer as
 * mail. A job runs it, perhaps twice: the first time wins.
 */
export async function actOnOutsideReply(
  ports: ActOnOutsideReplyPorts,
  { messageId, recipientIds }: { readonly messageId: string; readonly recipientIds: readonly number[] },
): Promise<void> {
  const bytes = await ports.outside.octets(messageId);
  if (bytes === undefined || (await ports.readReply(bytes)).kind !== 'acknowledge') return;
  for (const id of recipientIds) {
    const standing = await ports.outside.standing(id);
    // A directive that was recalled meanwhile is acknowledged by nobody.
    if (standing?.state === 'issued') await acknowledge(ports, standing, 'mail');
  }
}
