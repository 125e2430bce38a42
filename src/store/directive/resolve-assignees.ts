import type { ResolvedAssignee } from '#app/ports/hub-store.ts';
import type { RequestedRecipient } from '#domain/directive/directive.ts';
import { HubError } from '#domain/hub-error.ts';
import { rooms } from '#domain/room.ts';
import type { Transaction } from '#store/database.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * Finds what requested recipients stand for now. A group becomes its members; whoever is named twice keeps the first,
 * stronger role (lead before co-ordinating before for information). Throws `recipient_unknown`.
 */
export async function resolveAssignees(
  tx: Transaction,
  requested: readonly RequestedRecipient[],
  at: Date,
): Promise<readonly ResolvedAssignee[]> {
  const strength = { lead: 0, coord: 1, info: 2 };
  const ordered = requested.toSorted((left, right) => strength[left.role] - strength[right.role]);
  const expanded = await expandGroups(tx, ordered);
  // Policy shows one lead before expansion; a group of several units is no lead either.
  if (expanded.filter((recipient) => recipient.role === 'lead').length > 1)
    throw new HubError('two_leads', { field: 'recipients' });
  const people = await findPeople(tx, idsOf(expanded, 'person'), at);
  const units = await findUnits(tx, idsOf(expanded, 'unit'), at);
  const found = new Map<string, ResolvedAssignee>();
  for (const { role, kind, id } of expanded) {
    const key = `${kind} ${id ?? ''}`;
    if (found.has(key)) continue;
    found.set(key, { role, ...assigneeOf(kind, id, people, units) });
  }
  return [...found.values()];
}

type Expanded = Omit<RequestedRecipient, 'kind'> & { kind: 'person' | 'unit' | 'everyone' };

function idsOf(recipients: readonly Expanded[], kind: Expanded['kind']): string[] {
  return recipients.flatMap((recipient) =>
    recipient.kind === kind && recipient.id !== undefined ? [recipient.id] : [],
  );
}

function assigneeOf(
  kind: Expanded['kind'],
  id: string | undefined,
  people: ReadonlyMap<string, Named & { account_id: string; unit_paths: string[][] | null }>,
  units: ReadonlyMap<string, Named & { path: string[] }>,
): Omit<ResolvedAssignee, 'role'> {
  if (kind === 'everyone') return { kind, name: '', room: rooms.everyone, target: { kind, unitPaths: [] } };
  if (kind === 'person') {
    const person = people.get(id ?? '');
    if (person === undefined) throw new HubError('recipient_unknown', { field: 'recipients' });
    const target = { kind, unitPaths: person.unit_paths ?? [] };
    return { kind, id: person.id, name: person.name, room: rooms.account(person.account_id), target };
  }
  const unit = units.get(id ?? '');
  if (unit === undefined) throw new HubError('recipient_unknown', { field: 'recipients' });
  return {
    kind,
    id: unit.id,
    name: unit.name,
    room: rooms.unit(unit.id),
    target: { kind, unitPaths: [unit.path] },
  };
}

async function expandGroups(tx: Transaction, requested: readonly RequestedRecipient[]): Promise<Expanded[]> {
  const groupIds = requested.flatMap((recipient) => (recipient.kind === 'group' ? [recipient.id ?? ''] : []));
  if (groupIds.length === 0)
    return requested.filter((recipient): recipient is Expanded => recipient.kind !== 'group');
  const members = await tx.rows<{ group_id: string; unit_id: string | null; person_id: string | null }>(
    `select m.group_id, m.unit_id, m.person_id from recipient_group_member m where m.group_id = any($1::uuid[])`,
    [groupIds],
  );
  const byGroup = Map.groupBy(members, (member) => member.group_id);
  return requested.flatMap((recipient): Expanded[] => {
    if (recipient.kind !== 'group') return [{ ...recipient, kind: recipient.kind }];
    const found = byGroup.get(recipient.id ?? '');
    if (found === undefined) throw new HubError('recipient_unknown', { field: 'recipients' });
    return found.map((member) =>
      member.unit_id === null
        ? { role: recipient.role, kind: 'person', id: member.person_id ?? '' }
        : { role: recipient.role, kind: 'unit', id: member.unit_id },
    );
  });
}

async function findPeople(tx: Transaction, ids: readonly string[], at: Date) {
  const rows = await tx.rows<Named & { account_id: string; unit_paths: string[][] | null }>(
    `select p.id, p.display_name as name, a.id as account_id,
       (select jsonb_agg(to_jsonb(unit_path(o.unit_id))) from position o
        where o.person_id = p.id and o.valid_from <= $2 and (o.valid_to is null or $2 < o.valid_to)) as unit_paths
     from person p join account a on a.person_id = p.id and a.status = 'active' where p.id = any($1::uuid[])`,
    [ids, at],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

async function findUnits(tx: Transaction, ids: readonly string[], at: Date) {
  const rows = await tx.rows<Named & { path: string[] }>(
    `select u.id, u.name, to_jsonb(unit_path(u.id)) as path from org_unit u
     where u.id = any($1::uuid[]) and u.valid_from <= $2 and (u.valid_to is null or $2 < u.valid_to)`,
    [ids, at],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
