import type { DiscussionSubject } from '#app/ports/discussion.ts';
import type { Actor } from '#domain/access/actor.ts';
import { mayActAsIssuer } from '#domain/access/policy.ts';
import type { SubjectKind, SubjectRef } from '#domain/discussion/comment.ts';
import type { Sql } from '#store/database.ts';
import { readableDirectives } from '#store/directive/directive-access.ts';

export type TitledSubject = DiscussionSubject & { readonly title: string };

type FindSubjects = (sql: Sql, actor: Actor, ids: readonly string[]) => Promise<readonly TitledSubject[]>;

/** Each kind says for itself who may read it: a new kind does not compile until it does. */
const finders: Readonly<Record<SubjectKind, FindSubjects>> = {
  async directive(sql, actor, ids) {
    const readable = await readableDirectives(sql, actor, ids);
    return [...readable.values()].map((directive) => ({
      ref: { kind: 'directive', id: directive.id },
      rooms: directive.rooms,
      mayModerate: mayActAsIssuer(actor, directive),
      title: `${directive.code} ${directive.subject}`,
    }));
  },
};

export async function findSubject(
  sql: Sql,
  actor: Actor,
  ref: SubjectRef,
): Promise<TitledSubject | undefined> {
  const [found] = await finders[ref.kind](sql, actor, [ref.id]);
  return found;
}

/** Those of the subjects that the actor may read. */
export async function findSubjects(
  sql: Sql,
  actor: Actor,
  refs: readonly SubjectRef[],
): Promise<readonly TitledSubject[]> {
  const found = await Promise.all(
    [...Map.groupBy(refs, (ref) => ref.kind)].map(([kind, ofKind]) =>
      finders[kind](
        sql,
        actor,
        ofKind.map((ref) => ref.id),
      ),
    ),
  );
  return found.flat();
}
