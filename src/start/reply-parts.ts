import { randomUUID } from 'node:crypto';
import { actOnOutsideReply } from '#app/mail/act-on-outside-reply.ts';
import { actOnReply, type ActOnReplyPorts } from '#app/mail/act-on-reply.ts';
import type { Hub } from '#app/hub.ts';
import { readReply } from '#domain/mail/reply/reply-act.ts';
import { composeReplyNote } from '#mail/message/compose-reply-note.ts';
import type { ParsePool } from '#mail/message/parse-pool.ts';
import { replyText } from '#mail/message/reply-text.ts';
import { prepareMessage } from '#mail/official-mail.ts';
import { errorMessage } from '#protocol/error-message.ts';
import type { Database } from '#store/database.ts';
import { createReplyActs } from '#store/mail/reply-acts.ts';
import { systemDomain } from '#store/organisation/system-domain.ts';

export interface ReplyParts {
  actOnReply(input: { readonly messageId: string }): Promise<void>;
  actOnOutsideReply(input: {
    readonly messageId: string;
    readonly recipientIds: readonly number[];
  }): Promise<void>;
  /** Those whose job was lost. */
  actOnOwed(before: Date): Promise<void>;
}

const owedPerRound = 200;

/** What replies to directives do, over the hub's use cases. */
export function createReplyParts({
  hub,
  database,
  pool,
}: {
  readonly hub: Hub;
  readonly database: Database;
  readonly pool: ParsePool;
}): ReplyParts {
  const ports: ActOnReplyPorts = {
    store: hub.store,
    mail: hub.mail,
    access: hub.access,
    clock: hub.clock,
    committed: hub.committed,
    replies: createReplyActs(database),
    async readReply(bytes) {
      const parsed = await pool.parse(bytes);
      // Tried again: it was read once before it was taken.
      if (parsed === undefined) throw new Error('a reply could not be parsed in time');
      return readReply(replyText(bytes, parsed.structure.root));
    },
    async compose({ actor, reply, outcome, at }) {
      const domain = await systemDomain(database);
      const note = composeReplyNote({
        messageId: `<note-${randomUUID()}@${domain}>`,
        date: at,
        from: { name: 'Xử lý chỉ đạo qua thư', address: `postmaster@${domain}` },
        to: actor.address,
        locale: actor.locale,
        subject: reply.subject,
        messageIdHeader: reply.messageIdHeader,
        directive: reply.directive,
        outcome,
        refusal: outcome.kind === 'refused' ? errorMessage(outcome.code, actor.locale) : '',
      });
      return prepareMessage(pool, note);
    },
  };
  return {
    actOnReply: (input) => actOnReply(ports, input),
    actOnOutsideReply: (input) => actOnOutsideReply({ ...hub.outside, readReply: ports.readReply }, input),
    async actOnOwed(before) {
      for (const messageId of await ports.replies.owed(before, owedPerRound))
        await actOnReply(ports, { messageId });
    },
  };
}
