import { Type, type Static } from 'typebox';
import { subjectKinds } from '#domain/discussion/comment.ts';
import type { StoredComment } from '#domain/discussion/comment-event.ts';
import { mentionToken } from '#domain/discussion/mention.ts';

const time = Type.String({ format: 'date-time' });

export const subjectKindSchema = Type.Enum([...subjectKinds]);
export const subjectView = Type.Object({ kind: subjectKindSchema, id: Type.String() });

export const mentionView = Type.Object({
  token: Type.String({ description: 'How it stands in the text.' }),
  kind: Type.Enum(['person', 'unit', 'role']),
  id: Type.String(),
  authority: Type.Optional(Type.String({ description: 'Of a role: which one in the unit.' })),
  name: Type.String(),
});

/** Chat beside an object: never an official word. */
export const commentView = Type.Object({
  id: Type.String(),
  subject: subjectView,
  ordinal: Type.Integer({ description: '1, 2, 3 … in its discussion.' }),
  threadId: Type.Optional(Type.String({ description: 'The comment that begins its thread.' })),
  author: Type.Object({ accountId: Type.String(), name: Type.String(), title: Type.String() }),
  text: Type.String({ description: 'Empty once deleted.' }),
  mentions: Type.Array(mentionView),
  source: Type.Enum(['page', 'mail']),
  version: Type.Integer({ description: 'What If-Match names.' }),
  at: time,
  editedAt: Type.Optional(time),
  deletedAt: Type.Optional(time),
  mentionsMe: Type.Boolean(),
});
export type CommentView = Static<typeof commentView>;

export const discussionView = Type.Object({
  position: Type.Integer({ description: 'The log position that this state includes.' }),
  subject: subjectView,
  lastOrdinal: Type.Integer(),
  readUpTo: Type.Integer(),
  unread: Type.Integer({ description: 'By others, not deleted, after readUpTo.' }),
  items: Type.Array(commentView, { description: 'Newest first.' }),
  nextCursor: Type.Optional(Type.String()),
});
export type DiscussionView = Static<typeof discussionView>;

export const unreadDiscussionView = Type.Object({
  subject: subjectView,
  title: Type.String(),
  unread: Type.Integer(),
  mentionsMe: Type.Boolean(),
  lastAt: time,
});

export const commentVersionView = Type.Object({
  version: Type.Integer(),
  text: Type.String(),
  mentions: Type.Array(mentionView),
  at: time,
});

export function presentComment(comment: StoredComment, mentionsMe: boolean): CommentView {
  const { id, subject, ordinal, threadId, author, text, mentions, source, version, at } = comment;
  return {
    id,
    subject: { kind: subject.kind, id: subject.id },
    ordinal,
    ...(threadId === undefined ? {} : { threadId }),
    author,
    text,
    mentions: mentions.map(presentMention),
    source,
    version,
    at,
    ...(comment.editedAt === undefined ? {} : { editedAt: comment.editedAt }),
    ...(comment.deletedAt === undefined ? {} : { deletedAt: comment.deletedAt }),
    mentionsMe,
  };
}

export function presentMention(mention: StoredComment['mentions'][number]): Static<typeof mentionView> {
  const { kind, id, name } = mention;
  return {
    token: mentionToken(mention),
    kind,
    id,
    ...(mention.kind === 'role' ? { authority: mention.authority } : {}),
    name,
  };
}
