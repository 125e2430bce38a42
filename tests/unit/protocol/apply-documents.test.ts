import { describe, expect, it } from 'vitest';
import type { DocumentChanged } from '#domain/document/document-event.ts';
import type { Change } from '#protocol/change.ts';
import { applyDocument, applyDocumentWork } from '#protocol/apply-documents.ts';
import { present } from '#protocol/present.ts';
import type { DocumentDetailView, DocumentView } from '#protocol/document-view.ts';

const viewer = { accountId: 'a1', rooms: new Set(['registry:o1']) };

function view(parts: Partial<DocumentView> = {}): DocumentView {
  return {
    id: 'd1',
    direction: 'incoming',
    organId: 'o1',
    state: 'registered',
    version: 1,
    typeCode: 'CV',
    typeName: 'Công văn',
    subject: 'Việc',
    issuerName: 'Bộ',
    urgency: 'normal',
    circulation: 'none',
    source: 'paper',
    createdAt: '2016-05-11T01:00:00.000Z',
    changedAt: '2016-05-11T01:00:00.000Z',
    ...parts,
  };
}

function changed(position: number, document: DocumentView, act = 'register'): Change {
  const event: DocumentChanged = {
    type: 'document.changed',
    document,
    act,
    byName: 'An',
    byTitle: 'Văn thư',
    rooms: ['registry:o1'],
  };
  const at = new Date('2016-05-11T01:00:00Z');
  const change = present({ position, at, event, rooms: event.rooms }, viewer);
  if (change === undefined) throw new Error('not presented');
  return change;
}

describe('applyDocumentWork', () => {
  const empty = { position: 0, items: [] };

  it('takes a document up, changes it, and lets it go when it is closed', () => {
    const one = applyDocumentWork(empty, changed(1, view()));
    const two = applyDocumentWork(one, changed(2, view({ state: 'assigned', version: 2 }), 'assign'));
    const three = applyDocumentWork(two, changed(3, view({ state: 'done', version: 3 }), 'close'));
    expect(one.items).toEqual([view()]);
    expect(two.items).toMatchObject([{ state: 'assigned', version: 2 }]);
    expect(three).toEqual({ position: 3, items: [] });
  });

  it('keeps the newest first, whatever the order of the changes', () => {
    const older = view({ id: 'd0', createdAt: '2016-05-10T01:00:00.000Z' });
    const state = [changed(1, view()), changed(2, older)].reduce(applyDocumentWork, empty);
    expect(state.items.map(({ id }) => id)).toEqual(['d1', 'd0']);
  });

  it('takes no change a second time', () => {
    const state = applyDocumentWork(empty, changed(2, view({ version: 2 })));
    expect(applyDocumentWork(state, changed(1, view()))).toBe(state);
  });
});

describe('applyDocument', () => {
  const detail: DocumentDetailView = {
    position: 1,
    document: view({ direction: 'outgoing', state: 'sealed' }),
    language: 'Tiếng Việt',
    steps: [],
    deliveries: [],
    handovers: [],
    assignees: [],
  };

  it('adds a step for each act, and moves each delivery on its own', () => {
    const issued = view({ direction: 'outgoing', state: 'issued', version: 2 });
    const status = (position: number, code: '01' | '03'): Change => ({
      type: 'document.status_changed',
      position,
      at: '2016-05-11T01:00:00.000Z',
      documentId: 'd1',
      deliveries: [{ ordinal: 1, kind: 'organ', recipientName: 'Sở', status: code }],
    });
    const state = [changed(2, issued, 'issue'), status(3, '01'), status(4, '03')].reduce(
      applyDocument,
      detail,
    );
    expect(state).toMatchObject({
      position: 4,
      document: { state: 'issued' },
      steps: [{ ordinal: 1, act: 'issue', state: 'issued', byName: 'An' }],
      deliveries: [{ ordinal: 1, status: '03' }],
    });
  });

  it('only moves on by what concerns another document', () => {
    expect(applyDocument(detail, changed(2, view({ id: 'd9' })))).toEqual({ ...detail, position: 2 });
  });
});

describe('present', () => {
  it('shows nobody whose rooms an event is for', () => {
    expect(changed(1, view())).not.toHaveProperty('rooms');
  });
});
