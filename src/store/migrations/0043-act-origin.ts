import { Migration } from '@mikro-orm/migrations';

/** Whose request wrote the event, and from where, for the audit. Of no event that was written before. */
export class ActOrigin0043 extends Migration {
  override up(): void {
    this.addSql('alter table outbox add column origin jsonb');
  }
}
