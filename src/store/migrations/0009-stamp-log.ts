import { Migration } from '@mikro-orm/migrations';

/** The relay's stamp (`log-stamper.ts`) as one round trip. */
const statements = [
  // Each statement of a function sees what is committed when it begins, so what is looked for is what is there once the
  // row of log_head is locked. Ids are given in the order that dependent transactions commit (each inserts its outbox
  // rows last, under its locks), so a batch in id order keeps causes before effects. The notice goes out with the commit.
  `create function stamp_log(rows_max int, channel text, out stamped_rows bigint, out head_position bigint)
     language plpgsql as $$
   begin
     stamped_rows := 0;
     head_position := 0;
     if not exists (select from outbox where position is null) then
       return;
     end if;
     perform position from log_head for update;
     with head as materialized (select position from log_head),
     batch as materialized (
       select id, row_number() over (order by id) as place
       from (select id from outbox where position is null order by id limit rows_max) waiting),
     stamped as (
       update outbox o set position = head.position + b.place from batch b, head where o.id = b.id
       returning o.position, o.rooms),
     heard as (
       insert into log_audience (room, position) select distinct unnest(rooms), position from stamped),
     moved as (update log_head set position = position + (select count(*) from batch) returning position)
     select (select count(*) from stamped), moved.position into stamped_rows, head_position from moved;
     if stamped_rows > 0 then
       perform pg_notify(channel, head_position::text);
     end if;
   end $$`,
];

export class StampLog0009 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
