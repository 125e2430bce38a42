import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInTo, type HubClient } from '#support/hub-client.ts';
import { openHubRows, type HubRows } from '#support/hub-rows.ts';
import { contentOf, openLiveState, type LiveState } from '#support/live-state.ts';
import { leader, official, startTestHub, viceLeader, type TestHub } from '#support/start-test-hub.ts';

const unitHead = 'ngan.lh01@stttt.binhthuan.example';
const departmentClerk = 'vanthu@stttt.binhthuan.example';
const everybody = [leader, viceLeader, official, departmentClerk, unitHead];
const dayMs = 86_400_000;

let hub: TestHub;
let rows: HubRows;
const clients = new Map<string, HubClient>();
const states = new Map<string, LiveState>();

beforeAll(async () => {
  hub = await startTestHub();
  rows = await openHubRows(hub);
  for (const address of everybody) {
    const client = await signInTo(hub, address);
    clients.set(address, client);
    states.set(address, await openLiveState(client));
  }
});
afterAll(async () => {
  for (const state of states.values()) state.close();
  await rows?.close();
  await hub?.remove();
});

function clientOf(address: string): HubClient {
  const client = clients.get(address);
  if (client === undefined) throw new Error(`${address} has not signed in`);
  return client;
}

async function post<Body = { id: string }>(address: string, path: string, body?: unknown, status = 200) {
  const answer = await clientOf(address).request<Body>(
    'POST',
    `/api/v1/${path}`,
    body === undefined ? {} : { body },
  );
  expect({ path, status: answer.status, body: answer.body }).toMatchObject({ path, status });
  return answer.body;
}

async function idOf(kind: 'units' | 'people', text: string): Promise<string> {
  const found = await clientOf(leader).request<{ items: { id: string }[] }>(
    'GET',
    `/api/v1/${kind}?query=${encodeURIComponent(text)}`,
  );
  return found.body.items[0]?.id ?? '';
}

interface Listed {
  readonly items: readonly { readonly id: string; readonly state: string; readonly timeliness: string }[];
}

async function list(address: string, query: string): Promise<Listed['items']> {
  const answer = await clientOf(address).request<Listed>('GET', `/api/v1/assignments?${query}`);
  expect(answer.status).toBe(200);
  return answer.body.items;
}

/** Old snapshot + what came over the socket = fresh snapshot, for everyone. */
async function expectFolded(): Promise<void> {
  for (const [address, state] of states) {
    await state.settled(rows);
    const fresh = await state.client.snapshot();
    const folded = state.folded();
    state.rebase(fresh);
    expect({ address, directives: contentOf(folded) }).toEqual({ address, directives: contentOf(fresh) });
  }
}

describe('the life of a directive over HTTP and the socket', () => {
  it('goes from its issue down the tree and back to its completion, live for everyone', async () => {
    const unit = await idOf('units', 'Sở Thông tin và Truyền thông');
    const inner = await idOf('units', 'Phòng Công nghệ thông tin');
    const newDueAt = new Date(Date.now() + 90 * dayMs).toISOString();
    const issued = await clientOf(leader).issue({
      subject: 'Nâng cấp mạng 10 huyện',
      recipients: [{ role: 'lead', kind: 'unit', id: unit }],
      due: { kind: 'working_days', days: 20 },
      origin: { kind: 'meeting', reference: 'Thông báo 12/TB-UBND' },
    });
    expect(issued.status).toBe(201);
    const directive = issued.body.id;
    const lead = issued.body.assignments[0]?.id ?? '';
    await post(departmentClerk, `assignments/${lead}/acknowledge`);
    await post(official, `assignments/${lead}/accept`);
    await post(official, `assignments/${lead}/delegate`, {
      parts: [{ role: 'lead', kind: 'unit', id: inner, title: 'Khảo sát' }],
    });
    await expectFolded();
    const [part] = await list(unitHead, 'scope=unit&query=khảo%20sát');
    await post(unitHead, `assignments/${part?.id}/acknowledge`);
    await post(unitHead, `assignments/${part?.id}/accept`);
    await post(unitHead, `assignments/${part?.id}/submit`, { text: 'Đã khảo sát.' });
    await post(official, `assignments/${part?.id}/confirm`);
    await expectFolded();
    await post(departmentClerk, `assignments/${lead}/report`, { percent: 80, text: '8/10 huyện.' });
    await post(departmentClerk, `assignments/${lead}/extension`, { newDueAt, reason: 'Thiết bị về chậm.' });
    await post(leader, `assignments/${lead}/extension/approve`);
    await post(leader, `assignments/${lead}/remind`, { text: 'Khẩn trương.' });
    await post(departmentClerk, `assignments/${lead}/submit`, { text: 'Đã xong 10/10 huyện.' });
    await post(official, `assignments/${lead}/endorse`);
    await post(leader, `assignments/${lead}/confirm`, { note: 'Tốt.' });
    await post(leader, `assignments/${lead}/evaluate`, { evaluation: 'good' });
    await expectFolded();
    const seen = await clientOf(official).request('GET', `/api/v1/directives/${directive}`);
    expect(seen.body).toMatchObject({ state: 'completed', origin: { kind: 'meeting' } });
    const [done] = await list(leader, 'scope=given&state=done');
    expect(done).toMatchObject({ id: lead, timeliness: 'done_in_time' });
    const timeline = await clientOf(leader).request<{ items: { kind: string }[] }>(
      'GET',
      `/api/v1/directives/${directive}/timeline?limit=100`,
    );
    expect(timeline.body.items.map(({ kind }) => kind)).toEqual([
      'issued',
      'accepted',
      'delegated',
      'accepted',
      'submitted',
      'confirmed',
      'reported',
      'extension_requested',
      'extension_approved',
      'reminded',
      'submitted',
      'endorsed',
      'confirmed',
      'evaluated',
    ]);
  });

  it('lets a delegate direct at once, and no longer when it is taken back', async () => {
    const issued = await clientOf(leader).issue({
      recipients: [{ role: 'lead', kind: 'person', id: await idOf('people', official) }],
    });
    const path = `/api/v1/directives/${issued.body.id}`;
    expect((await clientOf(viceLeader).request('GET', path)).status).toBe(404);
    const posts = await clientOf(leader).request<{ items: { positionId: string }[] }>(
      'GET',
      `/api/v1/people/${await idOf('people', leader)}/posts`,
    );
    const live = await clientOf(viceLeader).connect();
    const told = new Promise((resolve) => live.socket.once('resync', resolve));
    const { id } = await post(
      leader,
      'delegations',
      {
        fromPositionId: posts.body.items[0]?.positionId,
        toPersonId: await idOf('people', viceLeader),
        scope: 'direct',
        documentRef: '12/GUQ-UBND',
        validFrom: new Date(Date.now() - 1000).toISOString(),
        validTo: new Date(Date.now() + dayMs).toISOString(),
      },
      201,
    );
    await told;
    expect((await clientOf(viceLeader).request('GET', path)).status).toBe(200);
    await post(leader, `delegations/${id}/revoke`);
    expect((await clientOf(viceLeader).request('GET', path)).status).toBe(404);
    live.close();
  });

  it('issues a scheduled draft when its time has come', async () => {
    const { id } = await post(
      leader,
      'drafts',
      {
        subject: 'Hẹn giờ 5512',
        text: 'Nội dung.',
        recipients: [{ role: 'info', kind: 'person', id: await idOf('people', official) }],
      },
      201,
    );
    const live = await clientOf(official).connect();
    await post(leader, `drafts/${id}/schedule`, { issueAt: new Date(Date.now() + 500).toISOString() });
    const change = await live.next(
      (heard) => heard.type === 'directive.issued' && heard.directive.subject === 'Hẹn giờ 5512',
    );
    expect(change.type).toBe('directive.issued');
    live.close();
  });
});
