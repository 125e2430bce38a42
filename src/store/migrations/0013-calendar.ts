import { Migration } from '@mikro-orm/migrations';

/**
 * What a province says of its days, over those that ship with the hub, and the office hours of organs that have their
 * own. A calendar has a name so that a hub could serve more than one province.
 */
const statements = [
  `create table calendar_day (
     calendar text not null, date date not null,
     kind text not null check (kind in ('workday', 'weekend', 'holiday', 'compensatory_off', 'makeup_work')),
     half_day text check (half_day in ('morning', 'afternoon')), reason text, decision_ref text,
     changed_at timestamptz not null, primary key (calendar, date),
     check (half_day is null or kind in ('workday', 'makeup_work')))`,
  `create table office_hours (
     unit_id uuid primary key references org_unit, hours text not null, changed_at timestamptz not null)`,
];

export class Calendar0013 extends Migration {
  override up(): void {
    for (const statement of statements) this.addSql(statement);
  }
}
