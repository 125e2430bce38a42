import { describe, expect, it } from 'vitest';
import { auditedOf } from '#domain/audit/audited.ts';

describe('auditedOf', () => {
  it.each([
    [
      {
        type: 'directive.issued',
        directive: { id: 'd', issuerAccountId: 'chair', contentHash: 'c' },
        issuerPositionId: 'p',
      },
      { action: 'directive.issued', accountId: 'chair', object: 'directive:d', after: 'c' },
    ],
    [
      {
        type: 'administration.changed',
        act: 'sts_mode.set',
        by: { kind: 'operator' },
        object: 'stttt.example',
        before: { mode: 'testing' },
        after: { mode: 'enforce' },
      },
      {
        action: 'sts_mode.set',
        actor: 'operator',
        object: 'stttt.example',
        before: { mode: 'testing' },
        after: { mode: 'enforce' },
      },
    ],
    [
      { type: 'content.read', accountId: 'a', object: { kind: 'directive', id: 'd' }, ip: '10.0.0.7' },
      { action: 'content.read', accountId: 'a', object: 'directive:d', ip: '10.0.0.7' },
    ],
    [
      {
        type: 'assignment.acknowledged',
        directiveId: 'd',
        issuerAccountId: 'chair',
        accounts: [{ id: 'a' }],
      },
      { action: 'assignment.acknowledged', accountId: 'a', object: 'directive:d' },
    ],
    [
      // Many at once: nobody in particular, and certainly not the issuer.
      { type: 'assignment.opened', directiveId: 'd', issuerAccountId: 'chair' },
      { action: 'assignment.opened', object: 'directive:d' },
    ],
    [
      {
        type: 'assignment.reported',
        directiveId: 'd',
        issuerAccountId: 'chair',
        record: { by: { accountId: 'a', onBehalfOfPositionId: 'p' } },
      },
      { action: 'assignment.reported', accountId: 'a', onBehalfOfPositionId: 'p', object: 'directive:d' },
    ],
    [
      { type: 'session.ended', accountId: 'a', sessionId: 's' },
      { action: 'session.ended', accountId: 'a', object: 'session:s' },
    ],
    [
      { type: 'comment.added', comment: { id: 'c', author: { accountId: 'a' }, text: 'x' } },
      { action: 'comment.added', accountId: 'a', object: 'comment:c' },
    ],
    [
      // The subject of a mail is content.
      { type: 'mail.held', heldId: 'h', subject: 'Mời họp', accountId: 'a' },
      { action: 'mail.held', accountId: 'a', object: 'held:h' },
    ],
    [{ type: 'something.new' }, { action: 'something.new' }],
  ])('%j', (event, audited) => {
    expect(auditedOf(event)).toEqual(audited);
  });
});
