import { Type, type Static } from 'typebox';
import { fileFlags } from '#domain/attachment/attachment.ts';
import type { Attachment } from '#domain/attachment/attachment.ts';

const fileFields = {
  id: Type.String(),
  name: Type.String(),
  mediaType: Type.String({ description: 'As found in the content.' }),
  size: Type.Integer({ description: 'Octets.' }),
  sha256: Type.String(),
  flags: Type.Array(Type.Enum([...fileFlags]), {
    description: 'macro: carries programs; encrypted: nobody could look inside; unread: damaged.',
  }),
};

/** A file of its uploader that belongs to nothing yet. */
export const attachmentView = Type.Object({
  ...fileFields,
  uploadedAt: Type.String({ format: 'date-time' }),
});
export type AttachmentView = Static<typeof attachmentView>;

export function presentAttachment(attachment: Attachment): AttachmentView {
  const { id, name, mediaType, size, sha256, flags, uploadedAt } = attachment;
  return { id, name, mediaType, size, sha256, flags: [...flags], uploadedAt: uploadedAt.toISOString() };
}
