import { createReadRecorder } from '#app/audit/record-read.ts';
import type { DocumentHub } from '#app/document/document-hub.ts';
import type { Actor } from '#domain/access/actor.ts';
import type { DraftContent } from '#domain/document/draft.ts';
import type { IncomingFields } from '#domain/document/incoming-fields.ts';
import type { Authority } from '#domain/organisation/organisation.ts';
import { createDocumentMail } from '#mail/document-mail.ts';
import { createParsePool } from '#mail/message/parse-pool.ts';
import { createDocuments } from '#store/document/document-transaction.ts';
import { createRegisterBooks } from '#store/document/register-books.ts';
import { systemDomain } from '#store/organisation/system-domain.ts';
import { createDemoFixture, type DemoFixture } from './demo-fixture.ts';

export interface DocumentFixture extends DemoFixture {
  readonly hub: DocumentHub;
  /** Moves the clock that documents are decided by. */
  setTime(at: string): void;
  /** Who holds the first post of this authority in the organ, or in a unit within it. */
  holder(organ: string, authority: Authority, place?: 'organ' | 'inner'): Promise<Actor>;
  /** The head of the unit that the actor's first post is in. */
  headOf(actor: Actor): Promise<Actor>;
  /** The unit that the actor's first post is in, and the post itself. */
  postOf(actor: Actor): { positionId: string; unitId: string };
}

export const department = 'Sở Thông tin và Truyền thông';
export const district = 'Ủy ban nhân dân thành phố Phan Thiết';

/** Documents over the tiny demo province, at 11 May 2016 unless the clock is moved. */
export async function createDocumentFixture(
  options: { connectionsMax?: number } = {},
): Promise<DocumentFixture> {
  const demo = await createDemoFixture(options);
  const pool = createParsePool({ size: 1 });
  let now = new Date('2016-05-11T08:00:00+07:00');
  const clock = { now: () => now };
  const ports = { ...demo.ports, clock };
  const { province } = demo;
  return {
    ...demo,
    hub: {
      documents: createDocuments(demo.database),
      documentMail: createDocumentMail({
        pool,
        publicUrl: () => 'http://127.0.0.1:8080',
        domain: () => systemDomain(demo.database),
      }),
      books: createRegisterBooks(demo.database),
      issue: ports,
      recordRead: createReadRecorder(ports),
      mail: ports.mail,
      clock,
      committed: ports.committed,
    },
    setTime: (at) => (now = new Date(at)),
    async holder(organ, authority, place = 'organ') {
      const unitId = province.units.find(({ name }) => name === organ)?.id;
      const units = province.units.filter(({ id, parentId, isOrgan }) =>
        place === 'organ' ? id === unitId : parentId === unitId && !isOrgan,
      );
      const post = province.positions.find(
        (position) => position.authority === authority && units.some(({ id }) => id === position.unitId),
      );
      const account = province.accounts.find(({ personId }) => personId === post?.personId);
      if (account === undefined) throw new Error(`${organ} has no ${authority}`);
      return demo.actor(account.address);
    },
    async headOf(actor) {
      const unitId = actor.positions[0]?.unitId;
      const post = province.positions.find(
        (position) => position.unitId === unitId && position.authority === 'unit_head',
      );
      const account = province.accounts.find(({ personId }) => personId === post?.personId);
      if (account === undefined) throw new Error(`${actor.address} is in no unit with a head`);
      return demo.actor(account.address);
    },
    postOf(actor) {
      const [post] = actor.positions;
      if (post === undefined) throw new Error(`${actor.address} has no post`);
      return { positionId: post.positionId, unitId: post.unitId };
    },
    async drop() {
      await pool.close();
      await demo.drop();
    },
  };
}

export function incomingFields(parts: Partial<IncomingFields> = {}): IncomingFields {
  return {
    issuerName: 'Bộ Thông tin và Truyền thông',
    symbol: '1507/BTTTT-THH',
    issuedOn: '2016-05-09',
    typeCode: 'CV',
    subject: 'V/v rà soát hạ tầng mạng của các địa phương',
    urgency: 'normal',
    circulation: 'none',
    ...parts,
  };
}

export function draftContent(
  positionId: string,
  recipients: DraftContent['recipients'],
  parts: Partial<DraftContent> = {},
): DraftContent {
  return {
    typeCode: 'CV',
    subject: 'V/v báo cáo tình hình sử dụng thư điện tử',
    body: 'Đề nghị các cơ quan báo cáo trước ngày 20.',
    urgency: 'normal',
    circulation: 'none',
    isNormative: false,
    signer: { positionId, authority: 'own' },
    recipients,
    ...parts,
  };
}
