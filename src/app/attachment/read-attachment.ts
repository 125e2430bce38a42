import type { Actor } from '#domain/access/actor.ts';
import type { Subject } from '#domain/attachment/attachment.ts';
import { HubError } from '#domain/hub-error.ts';
import type { AttachmentCleaning, AttachmentReads, StoredAttachment } from '#app/ports/attachments.ts';
import type { HubStore } from '#app/ports/hub-store.ts';

export interface ReadAttachmentPorts {
  readonly store: HubStore;
  readonly attachments: AttachmentReads & AttachmentCleaning;
}

/**
 * An attachment that the actor may read: an own one that belongs to nothing yet, or one of a subject that the actor
 * may read (threats H1). Throws `not_found` otherwise, as for one that is not there.
 */
export async function readAttachment(
  ports: ReadAttachmentPorts,
  input: { readonly actor: Actor; readonly id: string },
): Promise<StoredAttachment> {
  const attachment = await ports.attachments.find(input.id);
  if (attachment === undefined) throw new HubError('not_found');
  const mayRead =
    attachment.subject === undefined
      ? attachment.uploaderId === input.actor.accountId
      : await mayReadSubject(ports, input.actor, attachment.subject);
  if (!mayRead) throw new HubError('not_found');
  return attachment;
}

/** Removes an own attachment that belongs to nothing. Throws `not_found`. */
export async function removeAttachment(
  ports: ReadAttachmentPorts,
  input: { readonly actor: Actor; readonly id: string },
): Promise<void> {
  if (!(await ports.attachments.removeOwn(input.id, input.actor.accountId))) throw new HubError('not_found');
}

/** The one place that says who may read what is attached to a thing: who may read the thing. Denies by default. */
async function mayReadSubject(ports: ReadAttachmentPorts, actor: Actor, subject: Subject): Promise<boolean> {
  switch (subject.kind) {
    case 'directive':
      return (await ports.store.directives.seenDirective(actor, subject.id)) !== undefined;
    case 'assignment':
    case 'document':
    case 'report':
    case 'discussion':
      return false;
  }
}
