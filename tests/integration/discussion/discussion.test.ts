import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addComment, type AddComment } from '#app/discussion/add-comment.ts';
import { deleteComment, editComment } from '#app/discussion/change-comment.ts';
import { markDiscussionRead, readCommentHistory } from '#app/discussion/read-discussion.ts';
import { issueDirective } from '#app/directive/issue-directive.ts';
import { roomsOf, type Actor } from '#domain/access/actor.ts';
import type { SubjectRef } from '#domain/discussion/comment.ts';
import { mentionToken } from '#domain/discussion/mention.ts';
import { audienceOf, type HubEvent, type LogEntry } from '#domain/event.ts';
import { HubError } from '#domain/hub-error.ts';
import { storedComment } from '#domain/discussion/comment-event.ts';
import { applyDiscussion, isDiscussion } from '#protocol/discussion-change.ts';
import { presentComment, type DiscussionView } from '#protocol/discussion-view.ts';
import { present } from '#protocol/present.ts';
import { createDemoFixture, draft, type DemoFixture } from '#support/demo-fixture.ts';
import { administrator, districtHead, leader, official, viceLeader } from '#support/start-test-hub.ts';

let demo: DemoFixture;
let chair: Actor;
let director: Actor;
let outsider: Actor;
let subject: SubjectRef;

beforeAll(async () => {
  demo = await createDemoFixture();
  chair = await demo.actor(leader);
  director = await demo.actor(official);
  outsider = await demo.actor(districtHead);
});
afterAll(() => demo.drop());

/** A directive to the director's department, whose discussion nobody has begun. */
async function newSubject(): Promise<SubjectRef> {
  const unit = demo.unitId('Sở Thông tin và Truyền thông');
  const { id } = await issueDirective(demo.ports, draft(chair, [{ role: 'lead', kind: 'unit', id: unit }]));
  return { kind: 'directive', id };
}

const say = (actor: Actor, text: string, more: Partial<AddComment> = {}) =>
  addComment(demo.ports, { actor, subject, text, ...more });

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HubError);
  return (error as HubError).code;
}

async function written(): Promise<unknown> {
  const [row] = await demo.database.rows(
    `select (select count(*) from comment) as comments, (select count(*) from comment_version) as versions,
       (select count(*) from comment_mention) as mentions, (select coalesce(sum(up_to), 0) from discussion_read) as marks,
       (select coalesce(sum(last_ordinal), 0) from discussion) as places, (select count(*) from outbox) as events,
       (select count(*) from idempotency_key) as keys`,
  );
  return row;
}

async function eventsAfter(id: number): Promise<{ id: number; event: HubEvent }[]> {
  return demo.database.rows(`select id, payload as event from outbox where id > $1 order by id`, [id]);
}

async function lastEvent(): Promise<{ id: number; event: HubEvent }> {
  const [row] = await demo.database.rows<{ id: number; event: HubEvent }>(
    `select id, payload as event from outbox order by id desc limit 1`,
  );
  if (row === undefined) throw new Error('nothing has happened');
  return row;
}

async function read(actor: Actor, ref: SubjectRef = subject) {
  const found = await demo.ports.store.discussions.read(actor, ref, { limit: 50 });
  if (found === undefined) throw new Error('not readable');
  return found;
}

async function view(actor: Actor, ref: SubjectRef): Promise<Omit<DiscussionView, 'position'>> {
  const { lastOrdinal, readUpTo, unread, comments } = await read(actor, ref);
  return {
    subject: ref,
    lastOrdinal,
    readUpTo,
    unread,
    items: comments.items.map(({ comment, mentionsMe }) =>
      presentComment(storedComment(comment), mentionsMe),
    ),
  };
}

describe('addComment', () => {
  beforeAll(async () => {
    subject = await newSubject();
  });

  it('puts what issuer and recipients say in one order, answers in their thread', async () => {
    const first = await say(chair, 'Tiến độ thế nào?');
    const answer = await say(director, 'Đang làm.', { replyTo: first.id });
    const deeper = await say(chair, 'Gửi số liệu nhé.', { replyTo: answer.id, source: 'mail' });
    const { comments } = await read(director);
    expect(
      comments.items.map(({ comment }) => [comment.ordinal, comment.id, comment.threadId, comment.source]),
    ).toEqual([
      [3, deeper.id, first.id, 'mail'],
      [2, answer.id, first.id, 'page'],
      [1, first.id, undefined, 'page'],
    ]);
    expect(comments.items[1]?.comment.author).toEqual({
      accountId: director.accountId,
      name: director.name,
      title: expect.stringContaining('Giám đốc'),
    });
  });

  it('is heard in the rooms of the directive and by whom it mentions, and by nobody else', async () => {
    const colleague = await demo.actor('khoa.nh01@stttt.binhthuan.example').catch(() => undefined);
    await say(chair, `Mời ${mentionToken({ kind: 'person', id: demo.personId(official) })} trả lời.`);
    const { event } = await lastEvent();
    expect(event).toMatchObject({ type: 'comment.added', mentioned: [director.accountId] });
    const audience = audienceOf(event);
    const hears = (actor: Actor) => roomsOf(actor).some((room) => audience.includes(room));
    expect([hears(chair), hears(director), hears(outsider)]).toEqual([true, true, false]);
    if (colleague !== undefined) expect(hears(colleague)).toBe(false);
    const { comments } = await read(director);
    expect(comments.items[0]).toMatchObject({
      mentionsMe: true,
      comment: { mentions: [{ kind: 'person', id: demo.personId(official), name: director.name }] },
    });
  });

  it('calls a unit and a role through the accounts behind them', async () => {
    const unit = demo.unitId('Sở Thông tin và Truyền thông');
    await say(chair, `${mentionToken({ kind: 'unit', id: unit })} cho biết.`);
    const { event } = await lastEvent();
    const addresses = 'mentioned' in event ? event.mentioned.map((id) => demo.address(id)) : [];
    expect(addresses).toEqual(expect.arrayContaining([official, 'vanthu@stttt.binhthuan.example']));
    await say(chair, `${mentionToken({ kind: 'role', id: unit, authority: 'head' })} ký.`);
    expect((await lastEvent()).event).toMatchObject({ mentioned: [director.accountId] });
  });

  it('gives 20 writers at once 20 places in a row', async () => {
    const before = (await read(chair)).lastOrdinal;
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => say(index % 2 === 0 ? chair : director, 'Có.')),
    );
    const { comments } = await read(chair);
    expect(comments.items.slice(0, 20).map(({ comment }) => comment.ordinal)).toEqual(
      Array.from({ length: 20 }, (_, index) => before + 20 - index),
    );
  });

  it('F3 says it once for a repeated key', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => say(chair, 'Một lần.', { key: 'binh-luan-1' })),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await refusal(say(chair, 'Khác.', { key: 'binh-luan-1' }))).toBe('idempotency_key_reused');
  });

  it.each<[string, string, () => Promise<unknown>]>([
    ['not_found', 'an outsider', () => say(outsider, 'Xin xem.')],
    ['not_found', 'an administrator', async () => say(await demo.actor(administrator), 'Xin xem.')],
    [
      'not_found',
      'an unknown directive',
      () => say(chair, 'a', { subject: { kind: 'directive', id: crypto.randomUUID() } }),
    ],
    ['not_found', 'an answer to nothing', () => say(chair, 'a', { replyTo: crypto.randomUUID() })],
    [
      'not_found',
      'an answer to another discussion',
      async () => {
        const other = await newSubject();
        const { id } = await say(chair, 'a', { subject: other });
        return say(chair, 'b', { replyTo: id });
      },
    ],
    ['bad_input', 'blanks', () => say(chair, ' \n ')],
    ['text_too_long', 'too many characters', () => say(chair, 'a'.repeat(10_001))],
    ['line_break_in_field', 'NUL', () => say(chair, 'a\0b')],
    ['secret_content', 'a secrecy stamp', () => say(chair, 'Gửi\nTỐI MẬT\nNội dung')],
    [
      'recipient_unknown',
      'a mention of nobody',
      () => say(chair, mentionToken({ kind: 'person', id: crypto.randomUUID() })),
    ],
    [
      'mention_not_reader',
      'a mention of one who may not read it',
      () => say(chair, mentionToken({ kind: 'person', id: demo.personId(districtHead) })),
    ],
    [
      'too_many_recipients',
      '21 mentions',
      () =>
        say(
          chair,
          Array.from({ length: 21 }, () => mentionToken({ kind: 'person', id: crypto.randomUUID() })).join(
            ' ',
          ),
        ),
    ],
  ])('answers %s to %s and writes nothing', async (code, what, work) => {
    const before = what === 'an answer to another discussion' ? undefined : await written();
    expect(await refusal(work())).toBe(code);
    if (before !== undefined) expect(await written()).toEqual(before);
  });
});

describe('editComment and deleteComment', () => {
  beforeAll(async () => {
    subject = await newSubject();
  });

  it('keeps every version, and refuses who has not seen the newest', async () => {
    const { id } = await say(director, 'Xong 50 %.');
    expect(await editComment(demo.ports, { actor: director, id, text: 'Xong 60 %.', version: 1 })).toEqual({
      id,
      version: 2,
    });
    const before = await written();
    const late = editComment(demo.ports, { actor: director, id, text: 'Xong 70 %.', version: 1 });
    expect(await refusal(late)).toBe('edit_conflict');
    expect(await refusal(editComment(demo.ports, { actor: chair, id, text: 'Sửa hộ.', version: 2 }))).toBe(
      'not_permitted',
    );
    expect(await refusal(editComment(demo.ports, { actor: outsider, id, text: 'Sửa.', version: 2 }))).toBe(
      'not_found',
    );
    expect(await written()).toEqual(before);
    const history = await readCommentHistory(demo.ports, { actor: chair, id });
    expect(history.map(({ version, text }) => [version, text])).toEqual([
      [1, 'Xong 50 %.'],
      [2, 'Xong 60 %.'],
    ]);
  });

  it('leaves of a deleted comment its place, and its words to the author and the issuer', async () => {
    const { id } = await say(director, `Nhầm ${mentionToken({ kind: 'person', id: demo.personId(leader) })}`);
    const clerk = await demo.actor('vanthu@stttt.binhthuan.example');
    expect(await refusal(deleteComment(demo.ports, { actor: clerk, id, version: 1 }))).toBe('not_permitted');
    await deleteComment(demo.ports, { actor: chair, id, version: 1 });
    const { comments } = await read(clerk);
    expect(comments.items[0]).toMatchObject({ mentionsMe: false, comment: { id, text: '', mentions: [] } });
    expect(await refusal(readCommentHistory(demo.ports, { actor: clerk, id }))).toBe('not_permitted');
    expect((await readCommentHistory(demo.ports, { actor: director, id })).map(({ text }) => text)).toEqual([
      expect.stringContaining('Nhầm'),
      '',
    ]);
    expect(await refusal(editComment(demo.ports, { actor: director, id, text: 'a', version: 2 }))).toBe(
      'not_found',
    );
  });
});

describe('markDiscussionRead', () => {
  it('counts what others wrote since, moves forward only, and tells the account alone', async () => {
    subject = await newSubject();
    await say(chair, 'Một');
    await say(director, 'Hai');
    await say(chair, 'Ba');
    expect((await read(director)).unread).toBe(2);
    expect((await read(chair)).unread).toBe(1);
    await markDiscussionRead(demo.ports, { actor: director, subject, upTo: 3 });
    expect(await read(director)).toMatchObject({ unread: 0, readUpTo: 3 });
    expect(audienceOf((await lastEvent()).event)).toEqual([`account:${director.accountId}`]);
    const before = await written();
    await markDiscussionRead(demo.ports, { actor: director, subject, upTo: 1 });
    expect(await refusal(markDiscussionRead(demo.ports, { actor: director, subject, upTo: 4 }))).toBe(
      'bad_input',
    );
    expect(await refusal(markDiscussionRead(demo.ports, { actor: outsider, subject, upTo: 1 }))).toBe(
      'not_found',
    );
    expect(await written()).toEqual(before);
  });

  it('lists unread discussions of who took part, and none that may no longer be read', async () => {
    const list = async (actor: Actor) =>
      (await demo.ports.store.discussions.unread(actor, { limit: 20 })).items.map(({ ref }) => ref.id);
    expect(await list(chair)).toContain(subject.id);
    expect(await list(director)).not.toContain(subject.id);
    expect(await list(outsider)).toEqual([]);
    await demo.database.rows(
      `insert into discussion_read (account_id, subject_kind, subject_id, up_to, at) values ($1, 'directive', $2, 0, now())`,
      [outsider.accountId, subject.id],
    );
    expect(await list(outsider)).toEqual([]);
  });
});

describe('applyDiscussion', () => {
  it('makes of an old view and the changes the new view', async () => {
    subject = await newSubject();
    const { id: first } = await say(chair, 'Mở đầu');
    const vice = await demo.actor(viceLeader);
    expect(await demo.ports.store.discussions.read(vice, subject, { limit: 5 })).toBeUndefined();
    for (const actor of [chair, director]) {
      const start: DiscussionView = { position: 0, ...(await view(actor, subject)) };
      const { id: from } = await lastEvent();
      const { id } = await say(
        director,
        `Chào ${mentionToken({ kind: 'person', id: demo.personId(leader) })}`,
      );
      await editComment(demo.ports, { actor: director, id, text: 'Chào', version: 1 });
      const gone = await say(chair, 'Xóa ngay', { replyTo: first });
      await deleteComment(demo.ports, { actor: chair, id: gone.id, version: 1 });
      await markDiscussionRead(demo.ports, { actor, subject, upTo: (await read(actor)).lastOrdinal });
      await say(actor === chair ? director : chair, 'Thêm');
      const rooms = new Set(roomsOf(actor));
      let folded = start;
      for (const { id: position, event } of await eventsAfter(from)) {
        const audience = audienceOf(event);
        if (!audience.some((room) => rooms.has(room))) continue;
        const entry: LogEntry = { position, at: new Date(), event, rooms: audience };
        const change = present(entry, { accountId: actor.accountId, rooms });
        if (change !== undefined && isDiscussion(change))
          folded = applyDiscussion(folded, change, actor.accountId);
      }
      const { position: _position, ...content } = folded;
      expect(content).toEqual(await view(actor, subject));
    }
  });
});
