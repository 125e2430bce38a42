import type { Authority } from '#domain/organisation/organisation.ts';
import { authorities } from '#domain/organisation/organisation.ts';

/** Somebody called by a comment: a person, whoever answers for a unit, or whoever holds a role in it. */
export type MentionTarget =
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'unit'; readonly id: string }
  | { readonly kind: 'role'; readonly id: string; readonly authority: Authority };

/** With the name of the person or unit as it was when it was written. */
export type Mention = MentionTarget & { readonly name: string };

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const token = new RegExp(`<@(?:(person|unit):(${uuid})|role:(${uuid})/(${authorities.join('|')}))>`, 'gu');

/** How a mention stands in a text, so that the text alone says who is meant: `<@person:ID>`, `<@role:UNIT/clerk>`. */
export function mentionToken(target: MentionTarget): string {
  return target.kind === 'role'
    ? `<@role:${target.id}/${target.authority}>`
    : `<@${target.kind}:${target.id}>`;
}

/** Everybody a text mentions, each once, in the order of the text. Names without an id are words like any other. */
export function mentionsIn(text: string): readonly MentionTarget[] {
  const found = new Map<string, MentionTarget>();
  for (const [whole, kind, id, unitId, authority] of text.matchAll(token)) {
    if (unitId !== undefined)
      found.set(whole, { kind: 'role', id: unitId, authority: authority as Authority });
    else if (id !== undefined) found.set(whole, { kind: kind as 'person' | 'unit', id });
  }
  return [...found.values()];
}

/** The text as it is read, searched and printed: each mention as `@` and the name. */
export function spokenText(text: string, mentions: readonly Mention[]): string {
  const names = new Map(mentions.map((mention) => [mentionToken(mention), mention.name]));
  return text.replaceAll(token, (whole) => `@${names.get(whole) ?? ''}`);
}
