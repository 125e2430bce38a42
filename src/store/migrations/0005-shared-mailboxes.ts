import { Migration } from '@mikro-orm/migrations';

// The bits of the rights of RFC 4314 (`rightBit`) and the depth of groups as they are in this migration.
const everyRight = 2047;
const headRights = 2047;
const officerRights = 1023;
const groupDepthMax = 10;

/** Mailboxes of offices that many people read: rights, read marks of each, annotations. */
const statements = [
  // One row per mailbox and holder. granted null: nothing was said, and the organisation's default holds.
  // kind: account | officers | heads | group | anyone; subject_id is null for anyone.
  `create table mailbox_right (
     mailbox_id bigint not null references mailbox on delete cascade, kind text not null, subject_id uuid,
     granted int, denied int not null default 0,
     unique nulls not distinct (mailbox_id, kind, subject_id))`,
  `create index mailbox_right_subject on mailbox_right (kind, subject_id)`,

  // personal_seen: \Seen is each reader's own. mailbox_message.flags then keeps what it was at the change, for all, and
  // a row here says otherwise for one reader.
  `alter table mailbox add column personal_seen boolean not null default false`,
  `create table mailbox_seen (
     mailbox_id bigint not null references mailbox on delete cascade, account_id uuid not null, uid bigint not null,
     seen boolean not null, modseq bigint not null, primary key (mailbox_id, account_id, uid))`,
  `create index mailbox_seen_modseq on mailbox_seen (mailbox_id, account_id, modseq)`,
  // seen_delta: by how much the reader has seen more messages than the mailbox's own counter says.
  // subscribed null: as it comes, which is subscribed.
  `create table mailbox_reader (
     mailbox_id bigint not null references mailbox on delete cascade, account_id uuid not null,
     seen_delta int not null default 0, subscribed boolean, primary key (mailbox_id, account_id))`,

  // DELETED-STORAGE (RFC 9208) without reading the mailbox.
  `create index mailbox_message_deleted on mailbox_message (mailbox_id) include (size) where flags & 8 <> 0`,

  // RFC 5464. mailbox_id null: of the server. account_id null: shared; entry is in lower case, without /private or /shared.
  `create table annotation (
     mailbox_id bigint references mailbox on delete cascade, account_id uuid references account, entry text not null,
     value bytea not null, unique nulls not distinct (mailbox_id, account_id, entry))`,
  `create index annotation_account on annotation (account_id)`,

  // Who opened a directive in a mailbox that several people read.
  `alter table recipient add column opened_by uuid`,

  // Shared and Other Users are the names of the namespaces of others from here on.
  `update mailbox set path = 'Own ' || path
   where path in ('Shared', 'Other Users') or starts_with(path, 'Shared/') or starts_with(path, 'Other Users/')`,

  // Every way in which an account may be named in mailbox_right, at a moment. In PL/pgSQL, whose plans are kept: to plan
  // it takes ten times as long as to run it.
  `create function mailbox_holder(asker uuid, moment timestamptz) returns table (kind text, subject_id uuid)
     language plpgsql stable rows 10 as $$
     #variable_conflict use_column
     begin return query
     with recursive me as (
       select a.id, a.kind, a.person_id, a.unit_id, unit_path(a.unit_id)::text[] as units, u.level,
              array(select p.authority from position p where p.person_id = a.person_id
                      and p.valid_from <= moment and (p.valid_to is null or moment < p.valid_to)) as authorities
       from account a left join org_unit u on u.id = a.unit_id
       where a.id = asker and a.status = 'active'),
     above(group_id, depth) as (
       select g.id, 1 from me join mail_group g on case g.source
         when 'list' then exists (select 1 from mail_group_member m where m.group_id = g.id and m.account_id = me.id)
         when 'everyone' then me.kind <> 'system'
         when 'organ' then me.kind <> 'system' and g.source_value = any(me.units)
         when 'level' then me.kind <> 'system' and g.source_value = me.level
         when 'authority' then g.source_value = any(me.authorities)
         else false end
       union
       select g.id, above.depth + 1
       from above join mail_group_member m on m.member_group_id = above.group_id
         join mail_group g on g.id = m.group_id and g.source = 'list'
       where above.depth < ${groupDepthMax})
     select 'account'::text, me.id from me
     union all select 'anyone', null::uuid from me where me.kind <> 'system'
     union all select 'officers', o.unit_id from me join unit_officer(moment) o on o.account_id = me.id
     union all select 'heads', p.unit_id from me join position p on p.person_id = me.person_id
       where me.kind in ('personal', 'role') and p.authority in ('head', 'office_chief', 'unit_head')
         and p.valid_from <= moment and (p.valid_to is null or moment < p.valid_to)
     union all select distinct 'group', above.group_id from above;
     end
   $$`,
  // Who is named for a mailbox: by a row, or by the organisation while no row says otherwise.
  `create function mailbox_entry(box bigint, owner uuid)
     returns table (kind text, subject_id uuid, granted int, denied int) language sql stable as $$
     select r.kind, r.subject_id, r.granted, r.denied from mailbox_right r where r.mailbox_id = box
     union all
     select d.kind, o.unit_id, d.granted, 0
     from account o cross join (values ('officers', ${officerRights}), ('heads', ${headRights})) as d(kind, granted)
     where o.id = owner and o.kind in ('unit', 'role') and o.unit_id is not null
       and not exists (select 1 from mailbox_right r where r.mailbox_id = box and r.kind = d.kind
                         and r.subject_id = o.unit_id and r.granted is not null)
   $$`,
  // Negative rights take from everything that was given, whoever it was given to.
  `create function mailbox_rights(box bigint, owner uuid, asker uuid, moment timestamptz) returns int
     language plpgsql stable as $$
     begin return case when owner = asker then ${everyRight} else coalesce((
       select bit_or(coalesce(e.granted, 0)) & ~bit_or(e.denied)
       from mailbox_entry(box, owner) e join mailbox_holder(asker, moment) h
         on h.kind = e.kind and h.subject_id is not distinct from e.subject_id), 0) end;
     end
   $$`,
  // The mailboxes of others in which an account has any right, found from its side: what LIST needs.
  `create function shared_mailbox(asker uuid, moment timestamptz) returns table (mailbox_id bigint, rights int)
     language plpgsql stable rows 20 as $$
     #variable_conflict use_column
     begin return query
     with holder as materialized (select * from mailbox_holder(asker, moment)),
     candidate(id) as (
       select b.id from holder h join account a on a.unit_id = h.subject_id and a.kind in ('unit', 'role')
         join mailbox b on b.account_id = a.id where h.kind in ('officers', 'heads')
       union
       select r.mailbox_id from holder h join mailbox_right r
         on r.kind = h.kind and r.subject_id is not distinct from h.subject_id where r.granted > 0)
     select b.id, bit_or(coalesce(e.granted, 0)) & ~bit_or(e.denied)
     from candidate c join mailbox b on b.id = c.id cross join lateral mailbox_entry(b.id, b.account_id) e
       join holder h on h.kind = e.kind and h.subject_id is not distinct from e.subject_id
     where b.account_id <> asker
     group by b.id;
     end
   $$`,
];

export class SharedMailboxes0005 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
